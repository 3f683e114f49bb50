"""Cells opened: values, boxes against a gradient probe, and addresses that lead nowhere."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from app.domain.errors import UserError
from app.engine.cells import Place, boxes, check_place, explain
from app.engine.trace import run
from app.layers.registry import parse_stack

LINE = "conv(box,size=5,padding=2)|maxpool(2)|conv(sobel_x,stride=2,dilation=2)"


@pytest.mark.parametrize("row", [0, 1, 2])
@pytest.mark.parametrize("col", [0, 3])
def test_a_cells_field_is_what_its_gradient_reaches(photo, cache, row, col):
    trace = run(photo, parse_stack(LINE), 30, "keep", cache)
    found = boxes(trace, Place(3, 1, row, col))[0]

    x = torch.ones(1, 1, 20, 30, requires_grad=True)
    blurred = F.avg_pool2d(
        F.conv2d(x, torch.ones(1, 1, 5, 5), padding=2), 2
    )  # a mean reaches all that a max may
    F.conv2d(blurred, torch.ones(1, 1, 3, 3), stride=2, dilation=2)[0, 0, row, col].backward()
    reached_rows, reached_cols = np.nonzero(x.grad[0, 0].numpy())

    assert sorted(set(reached_rows)) == list(found.cells.rows)
    assert sorted(set(reached_cols)) == list(found.cells.cols)
    assert (found.box.rows.first, found.box.rows.last) == (4 * row - 2, 4 * row + 11)
    assert found.clipped == (row == 0 or 4 * row + 11 > 19 or col == 0 or 4 * col + 11 > 29)


def test_the_last_box_is_the_cell_itself(photo, cache):
    trace = run(photo, parse_stack(LINE), 30, "keep", cache)
    last = boxes(trace, Place(3, 0, 1, 2))[-1]

    assert (3, (1,), (2,), False) == (last.stage, last.cells.rows, last.cells.cols, last.clipped)


def test_explanations_add_up_to_the_cells(photo, cache):
    line = "conv(gaussian,sobel_y,bias=(0.1,0.2),padding=2,mode=reflect)"
    trace = run(photo, parse_stack(line), 30, "keep", cache)
    for row, col in ((0, 0), (0, 29), (19, 29), (7, 11)):
        for channel in range(6):
            opened = explain(trace, Place(1, channel, row, col))
            total = sum(term.sum for term in opened.terms) + opened.bias
            assert trace.stages[1].maps[channel, row, col] == pytest.approx(total, abs=1e-5)


def test_the_photos_own_cells_have_no_arithmetic(photo, cache):
    assert explain(run(photo, parse_stack("relu"), 30, "keep", cache), Place(0, 2, 3, 4)) is None


@pytest.mark.parametrize(
    "place", [(1, 3, 0, 0), (1, 0, 20, 0), (1, 0, 0, 30), (1, -1, 0, 0), (1, 0, 0, 10**20)]
)
def test_a_cell_that_is_none_is_named(photo, cache, place):
    trace = run(photo, parse_stack("relu"), 30, "keep", cache)

    with pytest.raises(UserError, match="no_such_cell"):
        check_place(trace, Place(*place))


def test_behind_flatten_the_channel_tells_the_place(photo, cache):
    trace = run(photo, parse_stack("conv(box,stride=2)|flatten|relu"), 30, "keep", cache)
    rows, cols = trace.stages[1].shape[1:]
    channel = 1 * rows * cols + 3 * cols + 5
    found = boxes(trace, Place(3, channel, 0, 0))

    assert ((3,), (5,)) == (found[1].cells.rows, found[1].cells.cols)
    assert ((6, 7, 8), (10, 11, 12)) == (found[0].cells.rows, found[0].cells.cols)
