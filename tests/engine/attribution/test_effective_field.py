"""The effective field is the cell's gradient, and lies inside the theoretical box."""

import numpy as np
import pytest
import torch

from app.domain.errors import UserError
from app.engine.attribution.effective_field import effective_field
from app.engine.attribution.subject import Settings, Subject
from app.engine.cells import Place, boxes
from app.engine.trace import run
from tests.engine.attribution.made import Module, shipped, shipped_subject, small_subject
from tests.engine.made import CountingCache, MadePhoto


def lively(subject: Subject, stage: int) -> tuple[int, int, int]:
    """The strongest cell of a stage: one that the picture moves."""
    with torch.no_grad():
        maps = subject.chain.run(subject.tensor(), stop=stage)[0].numpy()
    return tuple(int(i) for i in np.unravel_index(np.abs(maps).argmax(), maps.shape))


@pytest.mark.parametrize("stage", [1, 2, 3, 4, 6, 9])
def test_it_is_the_gradient_of_the_cell_inside_its_box(stage):
    subject = small_subject(2)
    channel, row, col = lively(subject, stage)
    found = effective_field(subject, Settings(stage=stage, channel=channel, row=row, column=col))

    x = subject.tensor().requires_grad_()
    maps = x
    for module in list(Module(subject.chain).stages)[:stage]:
        maps = module(maps)
    maps[0, channel, row, col].backward()
    np.testing.assert_allclose(x.grad[0].norm(dim=0).numpy(), found.map, atol=1e-5)
    box = found.details["box"]
    rows, cols = np.nonzero(found.map)
    assert box["top"] <= rows.min() <= rows.max() <= box["bottom"]
    assert box["left"] <= cols.min() <= cols.max() <= box["right"]
    assert 1 == pytest.approx(found.details["inside"])


def test_the_radius_holds_95_per_cent_and_less_does_not():
    subject = shipped_subject()
    stage = subject.chain.last - 6
    channel, row, col = lively(subject, stage)
    found = effective_field(subject, Settings(stage=stage, channel=channel, row=row, column=col))
    box, radius = found.details["box"], found.details["radius"]

    down, right = np.ogrid[: found.map.shape[0], : found.map.shape[1]]
    away = np.hypot(down - (box["top"] + box["bottom"]) / 2, right - (box["left"] + box["right"]) / 2)
    total = found.map.sum(dtype=np.float64)
    assert found.map[away <= radius].sum(dtype=np.float64) >= 0.95 * total - 1e-6
    assert found.map[away < radius].sum(dtype=np.float64) < 0.95 * total


def test_the_box_is_the_one_of_opened_cells():
    subject, photo = shipped_subject(), MadePhoto(112, 112)
    trace = run(photo, shipped().logits_stage()[0], 2048, "keep", CountingCache())
    box = boxes(trace, Place(10, 3, 0, 5))[1].box
    found = effective_field(subject, Settings(stage=10, channel=3, row=0, column=5)).details["box"]

    assert (box.rows.first, box.rows.last, box.cols.first, box.cols.last) == (
        found["top"], found["bottom"], found["left"], found["right"],
    )  # fmt: skip


def test_a_pixel_moves_itself_alone():
    found = effective_field(small_subject(), Settings(stage=0, channel=1, row=2, column=3))

    assert ([[2, 3]], 1.0) == (np.argwhere(found.map).tolist(), found.map[2, 3])
    assert (1.0, 0.0) == (found.details["inside"], found.details["radius"])


def test_a_cell_that_nothing_moves_has_no_radius():
    subject = small_subject()
    with torch.no_grad():
        maps = subject.chain.run(subject.tensor(), stop=3)[0].numpy()
    channel, row, col = (int(i) for i in np.argwhere(maps == 0)[0])
    found = effective_field(subject, Settings(stage=3, channel=channel, row=row, column=col))

    assert (0, None, None) == (found.map.max(), found.details["inside"], found.details["radius"])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"stage": 10}, "attribution_stage"),
        ({"stage": 2, "channel": 6}, "no_such_cell"),
        ({"stage": 2, "row": 12}, "no_such_cell"),
        ({"stage": 2, "column": 10}, "no_such_cell"),
    ],
)
def test_a_cell_that_is_none_is_named(asked, code):
    with pytest.raises(UserError, match=code):
        effective_field(small_subject(), Settings(**asked))


def test_the_stored_photo_before_a_resize_is_no_stage_of_the_chain():
    with pytest.raises(UserError, match="attribution_stage"):
        effective_field(shipped_subject(), Settings(stage=0))
