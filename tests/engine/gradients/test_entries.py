"""Entries of gradients: which number stands where after a turn of the kernels, which cell each product names, when to stop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from app.engine.gradients.backward import back_propagate, forward, input_step, kernel_step, operations_of
from app.engine.gradients.check import agreeing_digits, check
from app.engine.gradients.loss import Loss
from app.engine.trace import Cancelled
from app.layers.registry import parse_stack
from tests.layers.drawn import SHELF

KERNELS = [[[1.0, 2, 0], [0, 1, 3], [2, 0, -1]], [[5.0]], [[1.0, -1, 2]]]
BANK = ",".join("[" + ";".join(",".join(str(int(n)) for n in row) for row in k) + "]" for k in KERNELS)


def ran(text: str, maps: np.ndarray, loss: Loss = Loss(), **given):  # noqa: B008  # frozen
    stack = parse_stack(text, SHELF)
    return back_propagate(operations_of(stack.layers, stack.shapes(maps.shape)), maps, loss, **given)


@pytest.mark.parametrize("flip", ["false", "true"])
@pytest.mark.parametrize("channels", ["each", "sum"])
def test_the_gradient_of_a_turned_bank_belongs_to_the_numbers_as_written(flip: str, channels: str) -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 6))
    written = [torch.tensor(kernel, dtype=torch.float64, requires_grad=True) for kernel in KERNELS]
    wide = [F.pad(k, ((3 - k.shape[1]) // 2,) * 2 + ((3 - k.shape[0]) // 2,) * 2) for k in written]
    bank = torch.stack(wide)[:, None].repeat(1, 2, 1, 1)
    slid = bank.flip(2, 3) if flip == "true" else bank
    image = torch.from_numpy(x)[None]
    if channels == "each":
        out = F.conv2d(image, slid.transpose(0, 1).reshape(6, 1, 3, 3), groups=2, padding=1)
    else:
        out = F.conv2d(image, slid, padding=1)
    out.square().sum().backward()

    text = f"conv({BANK},padding=1,flip={flip},channels={channels})"
    learned = ran(text, x, Loss("sse", np.zeros(out.shape[1:]))).learned[1]
    assert [(1, 3, 3), (1, 1, 1), (1, 1, 3)] == [kernel.shape for kernel in learned.kernels]
    for own, found in zip(written, learned.kernels, strict=True):
        np.testing.assert_allclose(own.grad, found[0], rtol=1e-9, atol=1e-9)


def test_slices_have_a_gradient_each() -> None:
    x = np.random.default_rng(1).standard_normal((2, 4, 5))
    slices = torch.tensor([[[1.0, 2], [0, 3]], [[4.0, -1], [2, 0]]], dtype=torch.float64, requires_grad=True)
    F.conv2d(torch.from_numpy(x)[None], slices.flip(1, 2)[None]).square().sum().backward()
    found = ran("conv(slices([1,2;0,3],[4,-1;2,0]),flip=true)", x, Loss("sse", np.zeros((1, 3, 4))))
    np.testing.assert_allclose(slices.grad, found.learned[1].kernels[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (
            "conv(sobel_x,[1,2,3;3,4,5;5,6,7],padding=1,stride=2)",
            lambda layer: np.repeat(layer.weights(1), 3, 0),
        ),
        ("weights(net.c1,padding=2,stride=2,dilation=2)", lambda layer: layer.tensor.weights),
        ("weights(net.dw,padding=1)", lambda layer: layer.tensor.weights),
        ("deconv(sobel_y,stride=2,padding=1)", lambda layer: np.repeat(layer.weights(1), 3, 0)),
        ("local(maps=2,stride=(2,3))", lambda layer: layer.weights((3, 7, 8))),
        ("local(size=2,stride=(1,2))", lambda layer: layer.weights((3, 7, 8))),
        ("adaptiveavg(2,2)|flatten|dense(net.fc)", lambda layer: layer.tensor.weights),
    ],
)
def test_every_product_names_the_cell_and_the_number_that_it_multiplies(text: str, numbers) -> None:
    x = np.random.default_rng(2).standard_normal((3, 7, 8))
    found = ran(text, x)
    stage = len(found.maps) - 1
    before, learned = found.maps[stage - 1], found.learned[stage]
    for kernel in range(len(learned.kernels)):
        entry = (kernel, *(n - 1 for n in learned.kernels[kernel].shape))
        step = kernel_step(found, stage, entry, 10_000)
        assert step.value == pytest.approx(step.shown, rel=1e-9, abs=1e-9)
        for product in step.products:
            link = product.link
            inside = all(0 <= at < n for at, n in zip(link.index, before.shape, strict=True))
            assert ("input", before[link.index] if inside else 0.0) == (link.name, link.factor)
            assert found.grads[stage][link.output] == product.gradient
    cell = tuple(n // 4 * 2 for n in before.shape)  # even: a stride and a dilation of 2 leave odd rows unread
    step = input_step(found, stage, cell, 10_000)
    assert step.value == pytest.approx(step.shown, rel=1e-9, abs=1e-9)
    assert {"kernel"} == {product.link.name for product in step.products}
    own = numbers(parse_stack(text, SHELF).layers[-1])
    for product in step.products:
        if not text.startswith("conv(sobel_x,"):  # whose two kernels alternate
            assert own[product.link.index] == pytest.approx(product.link.factor)
    assert len(step.products) == len({(p.link.output, p.link.index) for p in step.products}) == step.count


@pytest.mark.parametrize(
    ("text", "name", "factor"),
    [
        ("relu", "slope", 1.0),
        ("square", "slope", 2 * 3.0),
        ("normalize(1,4)", "slope", 0.25),
        ("noise(1)", "share", 1.0),
        ("maxpool(2)", "winner", 1.0),
        ("minpool(1)", "winner", 1.0),
        ("avgpool(2)", "share", 0.25),
        ("l2pool(1)", "slope", 1.0),
        ("globalavg", "share", 1 / 4),
        ("flatten", "share", 1.0),
        ("~abs", "share", 1.0),
    ],
)
def test_a_factor_is_called_by_what_it_is(text: str, name: str, factor: float) -> None:
    x = np.array([[[3.0, 1.0], [2.0, 0.5]]])
    (product,) = input_step(ran(text, x), 1, (0, 0, 0), 9).products
    assert (name, (0, 0, 0)) == (product.link.name, product.link.output)
    assert factor == pytest.approx(product.link.factor)


def test_softmax_and_grey_link_every_channel() -> None:
    x = np.array([[[0.0]], [[1.0]], [[2.0]]])
    step = input_step(ran("softmax", x), 1, (1, 0, 0), 9)
    shares = np.exp([0, 1, 2]) / np.exp([0, 1, 2]).sum()
    wanted = -shares * shares[1] + np.array([0, shares[1], 0])
    assert [("slope", (n, 0, 0)) for n in range(3)] == [(p.link.name, p.link.output) for p in step.products]
    np.testing.assert_allclose(wanted, [p.link.factor for p in step.products], rtol=1e-12)
    (grey,) = input_step(ran("gray", x), 1, (1, 0, 0), 9).products
    assert ("share", (0, 0, 0), pytest.approx(0.587, abs=1e-3)) == (
        grey.link.name,
        grey.link.output,
        grey.link.factor,
    )


@pytest.mark.parametrize(
    ("text", "kernel", "inputs"),
    [
        ("conv([1,2;3,4])", "G[0, m, n] * V[0, m*1 + 1, n*1 + 0]", "K[q, 0, m, p] * G[q, l, n], l*1 + m = 1, n*1 + p = 2"),
        ("conv([1,2;3,4],padding=(1,2),stride=(2,3),dilation=(2,1))", "G[0, m, n] * V[0, m*2 + 1*2 - 1, n*3 + 0 - 2]", "K[q, 0, m, p] * G[q, l, n], l*2 + m*2 - 1 = 1, n*3 + p - 2 = 2"),
        ("conv([1,2;3,4],padding=(0,1,2,0),flip=true)", "G[0, m, n] * V[0, m*1 + 0, n*1 + 1 - 2]", "K[q, 0, m, p] * G[q, l, n], l*1 + m = 1, n*1 + p - 2 = 2"),
        ("deconv([1,2;3,4])", "", ""),
    ],
)  # fmt: skip
def test_conditions_carry_the_layers_numbers(text: str, kernel: str, inputs: str) -> None:
    found = ran(text, np.ones((1, 5, 6)))
    assert kernel == kernel_step(found, 1, (0, 0, 1, 0), 9).condition
    assert inputs == input_step(found, 1, (0, 1, 2), 9).condition


def test_a_kernel_that_stands_at_many_places_names_three() -> None:
    three, four = (kernel_step(ran("conv([2])", np.ones((n, 2, 2))), 1, (0, 0, 0, 0), 99) for n in (3, 4))
    each = [f"G[{n}, m, n] * V[{n}, m*1 + 0, n*1 + 0]" for n in range(3)]
    assert (" + ".join(each), 12) == (three.condition, three.count)
    assert (" + ".join(each) + " + ...", 16) == (four.condition, four.count)
    assert (12, 12) == (three.value, three.shown)


def test_only_as_many_products_are_listed_as_asked_for() -> None:
    found = ran("conv(box)", np.ones((1, 5, 5)))
    step = kernel_step(found, 1, (0, 0, 0, 0), 4)
    assert (9, 4, 9, 4) == (step.count, len(step.products), step.value, step.shown)


@pytest.mark.parametrize("asked", range(5))
def test_a_gradient_that_nobody_waits_for_stops_where_it_is(asked: int) -> None:
    """A stack of two layers asks before each of its four steps, there and back."""
    answers = iter([number == asked for number in range(4)])
    x = np.ones((1, 3, 3))
    if asked == 4:
        assert 9 == ran("relu|abs", x, cancelled=lambda: next(answers)).loss
    else:
        with pytest.raises(Cancelled):
            ran("relu|abs", x, cancelled=lambda: next(answers))
    assert max(0, 3 - asked) == len(list(answers))


def test_a_check_tries_the_entries_of_its_seed() -> None:
    found = ran("conv(box)|relu|weights(net.c1)", np.random.default_rng(4).random((3, 9, 9)))
    first, again, other = ([e.index for e in check(found, Loss(), seed=seed)] for seed in (1, 1, 2))
    assert first == again != other
    entries = check(found, Loss(), seed=1)
    assert [("input", 0)] * 3 + [("kernel", 1)] * 3 + [("kernel", 3)] * 3 == [
        (e.of, e.stage) for e in entries
    ]
    for entry in entries:
        grads = found.grads[0] if entry.of == "input" else found.learned[entry.stage].kernels[entry.index[0]]
        assert entry.gradient == grads[entry.index[-grads.ndim :]]


def test_a_kernel_nobody_uses_has_a_gradient_of_nothing() -> None:
    found = ran("conv([1],[2],channels=sum)", np.ones((2, 3, 3)), Loss("cell", cell=(0, 1, 1)))
    assert [2.0, 0.0] == [float(kernel.sum()) for kernel in found.learned[1].kernels]
    assert [1.0, 0.0] == found.learned[1].bias.tolist()


def test_a_check_that_nobody_waits_for_stops() -> None:
    found = ran("relu|conv(box)", np.ones((1, 3, 3)))
    with pytest.raises(Cancelled):
        check(found, Loss(), cancelled=lambda: True)


def test_maps_go_forward_in_float64() -> None:
    stack = parse_stack("conv([2])|abs")
    maps = np.array([[[-1.5, 2.0]]], dtype=np.float32)
    stages = forward(operations_of(stack.layers, stack.shapes(maps.shape)), maps)
    assert [[[[-1.5, 2.0]]], [[[-3.0, 4.0]]], [[[3.0, 4.0]]]] == [stage.tolist() for stage in stages]
    assert {np.dtype(np.float64)} == {stage.dtype for stage in stages}


def test_bytes_are_those_of_all_arrays() -> None:
    found = ran("conv([1,2],[3,4])|relu", np.ones((2, 3, 4)))
    maps = 2 * 3 * 4 + 2 * (4 * 3 * 3)
    assert 8 * (2 * maps + 2 * 2) == found.nbytes


@pytest.mark.parametrize(
    ("value", "other", "digits"),
    [
        (1.0, 1.0, 12),
        (0.0, 0.0, 12),
        (1e-13, -1e-13, 12),
        (1e-11, -1e-11, 0),
        (1.0, 1.1, 1),
        (2.0, 2.002, 3),
        (-5.0, -5.00004, 5),
        (3.0, 0.0, 0),
        (1.0, -1.0, 0),
        (1e6, 1e6 + 1e-2, 8),
    ],
)
def test_digits_that_agree_are_counted_against_the_larger(value: float, other: float, digits: int) -> None:
    assert digits == agreeing_digits(value, other) == agreeing_digits(other, value)
