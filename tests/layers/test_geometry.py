"""Receptive fields and sizes against published values, a gradient probe through torch, and the definition."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import Refusal
from app.domain.fields import Box, Cells, pull_back, pull_cells, receptive_field
from app.layers.registry import parse_stack
from app.layers.stack import Stack
from tests.layers.oracles import through

ALEXNET = (
    "conv(box(size=11),stride=4,padding=2)|relu|maxpool(3,stride=2)|conv(box,size=5,padding=2)|relu|"
    "maxpool(3,stride=2)|conv(box,padding=1)|conv(box,padding=1)|conv(box,padding=1)|maxpool(3,stride=2)"
)


def vgg16() -> str:
    block = "conv(box,padding=1)|relu"
    return "|".join("|".join([*[block] * times, "maxpool(2)"]) for times in (2, 2, 3, 3, 3))


def resnet50() -> str:
    """The longest way through: Araujo, Norris and Sim 2019 give 483, 32 and 239 (strides end each block)."""
    root = ["conv(box,size=7,stride=2,padding=3)", "maxpool(3,stride=2)"]
    strides = [
        2 if block < 3 and unit == units - 1 else 1
        for block, units in enumerate((3, 4, 6, 3))
        for unit in range(units)
    ]
    units = [f"conv([1])|conv(box,stride={stride},padding=1)|conv([1])" for stride in strides]
    return "|".join([*root, *units])


@pytest.mark.parametrize(
    ("text", "size", "jump", "start", "shape"),
    [
        (ALEXNET, 195, 32, -66, (6, 6)),
        (vgg16(), 212, 32, -90, (7, 7)),
        (resnet50(), 483, 32, -239, (7, 7)),
        ("conv(box)|conv(box)|conv(box)", 7, 1, 0, (218, 218)),
        ("conv(box)|conv(box,dilation=2)|conv(box,dilation=4)", 15, 1, 0, (210, 210)),
        ("maxpool(2)|maxpool(2)|maxpool(2)", 8, 8, 0, (28, 28)),
        ("globalavg", 224, 224, 0, (1, 1)),
    ],
)
def test_published_receptive_fields(
    text: str, size: int, jump: int, start: int, shape: tuple[int, int]
) -> None:
    stack = parse_stack(text)
    found = stack.shapes((3, 224, 224))[-1]
    assert shape == found[1:]
    field = receptive_field(stack.windows((3, 224, 224)), (found[1], found[2]))
    assert ((size, size), (jump, jump), (start, start)) == (field.size, field.jump, field.start)


def test_rectangular_inputs_of_the_edge_example() -> None:
    """Goodfellow, Bengio and Courville 2016, figure 9.6: 280 rows x 320 columns give 280 x 319."""
    assert (1, 280, 319) == parse_stack("conv([-1,1])").shapes((1, 280, 320))[-1]


LINEAR = st.sampled_from([
    "conv(box,size={k},stride={s},padding={p},dilation={d},mode={m})",
    "conv(box,size={k},stride={s},padding={p},dilation={d})",
    "deconv(box,size={k},stride={s},dilation={d})",
    "avgpool({k},stride={s},padding={h},dilation={d})",
    "avgpool({k},stride={s},ceil=true)",
    "adaptiveavg({k},{s})", "globalavg", "upsample({s})", "resize({r},{c})",
    "shift({s},{p})", "shift({s},{p},mode=circular)", "rotate(90)", "rotate(-90)", "rotate(180)",
])  # fmt: skip


@st.composite
def stacks(draw: Any) -> tuple[Stack, tuple[int, int, int]]:
    """Random stacks of layers whose weights are all positive, with an input that fits."""
    shape = (1, draw(st.integers(3, 14)), draw(st.integers(3, 14)))
    kept: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        size = draw(st.integers(1, 4))
        numbers = {
            "k": size, "s": draw(st.integers(1, 3)), "p": draw(st.integers(0, 2)), "d": draw(st.integers(1, 2)),
            "h": draw(st.integers(0, size // 2)), "r": draw(st.integers(1, 16)), "c": draw(st.integers(1, 16)),
            "m": draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"])),
        }  # fmt: skip
        text = draw(LINEAR).format(**numbers)
        try:
            shapes = parse_stack("|".join([*kept, text])).shapes(shape)
        except Refusal:
            continue
        if max(shapes[-1][1:]) <= 48:
            kept.append(text)
    return parse_stack("|".join(kept)), shape


def gradient(stack: Stack, shape: tuple[int, int, int], row: int, col: int) -> np.ndarray:
    """Which input cells (H, W) move output cell (0, row, col), by autograd through torch's own layers."""
    x = torch.rand(shape, dtype=torch.float64, requires_grad=True)
    out = x
    for layer in stack.layers:
        out = through(layer, out)
    (found,) = torch.autograd.grad(out[0, row, col], x, allow_unused=True)
    return np.zeros(shape[1:]) if found is None else found[0].numpy()


probes = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@probes
@given(stacks(), st.data())
def test_exact_cells_are_those_with_a_gradient(
    case: tuple[Stack, tuple[int, int, int]], data: st.DataObject
) -> None:
    stack, shape = case
    _, rows, cols = stack.shapes(shape)[-1]
    row, col = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, cols - 1))
    moved = np.abs(gradient(stack, shape, row, col)) > 1e-14
    cells = pull_cells(stack.windows(shape), Cells((row,), (col,)))[0]
    told = np.zeros(shape[1:], dtype=bool)
    if cells.rows and cells.cols:
        told[np.ix_(cells.rows, cells.cols)] = True
    np.testing.assert_array_equal(moved, told)


@probes
@given(stacks(), st.data())
def test_push_is_the_converse_of_pull(case: tuple[Stack, tuple[int, int, int]], data: st.DataObject) -> None:
    stack, shape = case
    row, col = data.draw(st.integers(0, shape[1] - 1)), data.draw(st.integers(0, shape[2] - 1))
    for window, (_, rows, cols) in zip(stack.windows(shape)[:1], stack.shapes(shape)[1:], strict=False):
        fed = window.push(Box.cell(row, col))
        for out_row in range(rows):
            for out_col in range(cols):
                pulled = window.pull(Box.cell(out_row, out_col))
                reads = (
                    pulled.rows.first <= row <= pulled.rows.last
                    and pulled.cols.first <= col <= pulled.cols.last
                )
                inside = (
                    fed.rows.first <= out_row <= fed.rows.last and fed.cols.first <= out_col <= fed.cols.last
                )
                assert reads == inside


@probes
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)),
        min_size=1,
        max_size=4,
    )
)
def test_size_jump_and_start_follow_the_gradient_inside(layers: list[tuple[int, int, int, int]]) -> None:
    text = "|".join(f"conv(box,size={k},stride={s},padding={p},dilation={d})" for k, s, p, d in layers)
    stack, shape = parse_stack(text), (1, 400, 1)
    tall = Stack(
        tuple(
            dataclasses.replace(layer, padding=(layer.padding[0], layer.padding[0], 15, 15))
            for layer in stack.layers
        )
    )
    found = tall.shapes(shape)[-1]
    field = receptive_field(tall.windows(shape), (found[1], found[2]))
    extents = []
    for row in (found[1] // 2, found[1] // 2 + 1):
        x = torch.rand((1, 1, 400), dtype=torch.float64, requires_grad=True)
        out = x
        for k, s, p, d in layers:
            out = torch.nn.functional.conv1d(out, torch.ones(1, 1, k, dtype=torch.float64), None, s, p, d)
        (grad,) = torch.autograd.grad(out[0, 0, row], x)
        rows = np.flatnonzero(grad[0, 0].numpy())
        extents.append((int(rows[0]), int(rows[-1])))
    (first, last), (after, _) = extents
    assert last - first + 1 == field.size[0]
    assert after - first == field.jump[0]
    assert first == field.start[0] + field.jump[0] * (found[1] // 2)


def test_boxes_may_lie_outside_the_picture() -> None:
    stack = parse_stack("conv(box,padding=1)|conv(box,padding=1)")
    box = pull_back(stack.windows((3, 8, 8)), Box.cell(0, 7))[0]
    assert (-2, 2, 5, 9) == (box.rows.first, box.rows.last, box.cols.first, box.cols.last)


def test_mirrored_cells_are_marked_as_sources() -> None:
    stack = parse_stack("conv(box,size=5,padding=2,mode=reflect)")
    assert (0, 1, 2) == pull_cells(stack.windows((3, 8, 8)), Cells((0,), (0,)))[0].rows
    wrapped = parse_stack("conv(box,size=5,padding=2,mode=circular)")
    assert (0, 1, 2, 6, 7) == pull_cells(wrapped.windows((3, 8, 8)), Cells((0,), (0,)))[0].rows


def test_flatten_tells_which_cell_a_number_was() -> None:
    flatten = parse_stack("flatten").layers[0]
    window = flatten.channel_window(2 * 12 + 1 * 4 + 3, (3, 3, 4))
    assert Box.cell(1, 3) == window.pull(Box.cell(0, 0))
    assert (2,) == flatten.reads(2 * 12 + 1 * 4 + 3, (3, 3, 4))
    assert Box.cell(0, 0) == window.push(Box.cell(1, 3))
    assert 0 == window.push(Box.cell(1, 2)).cols.size
