"""Back through a stack: every kind against autograd, entries taken apart, the check, and the course's numbers."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.engine.gradients.backward import back_propagate, input_step, kernel_step, operations_of
from app.engine.gradients.check import check
from app.engine.gradients.loss import Loss
from app.engine.gradients.registry import MAKERS, operation
from app.layers.registry import parse_stack
from tests.engine.gradients.test_convolution import T, V
from tests.layers.drawn import SHELF, cases
from tests.layers.oracles import through

DEMO = "gray|conv([1,0,-1;2,0,0;0,1,1],stride=2)"
BACK = "gray|conv([1,0,-1;2,0,0;0,1,1])|relu|maxpool(3)"


def ran(text: str, maps: np.ndarray, loss: Loss):
    stack = parse_stack(text, SHELF)
    return back_propagate(operations_of(stack.layers, stack.shapes(maps.shape)), maps, loss)


@pytest.mark.parametrize("kind", sorted(set(MAKERS)))
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_kind_equals_autograd(kind: str, data) -> None:
    layer, x = data.draw(cases(kind))
    wide = x.astype(np.float64)
    own = operation(layer, x.shape)
    given_maps = torch.from_numpy(wide.copy()).requires_grad_()
    out = through(layer, given_maps)
    grad = np.random.default_rng(1).standard_normal(out.shape)
    out.backward(torch.from_numpy(grad))
    y = own.forward(wide)
    np.testing.assert_allclose(out.detach(), y, rtol=1e-6, atol=1e-6)
    found = own.backward(wide, y, grad)
    wanted = np.nan_to_num(given_maps.grad.numpy())  # torch has no slope for the length of an empty window
    np.testing.assert_allclose(wanted, found, rtol=1e-4, atol=1e-4 * max(1.0, float(np.abs(wanted).max())))
    cell = tuple(int(n) // 2 for n in x.shape)
    links = list(own.input_links(wide, y, cell))
    total = sum(link.factor * grad[link.output] for link in links)
    assert found[cell] == pytest.approx(total, rel=1e-9, abs=1e-9)
    assert len(links) == len({(link.output, link.index) for link in links}) or getattr(layer, "mode", "")


@pytest.mark.parametrize(
    "text",
    [
        "conv(sobel_x,gaussian,padding=1,stride=2,bias=0.5)",
        "conv([1,2;3,4],flip=true,channels=sum)",
        "conv(slices([1,2],[3,4],[5,6]),slices([0,1],[2,0],[1,1]),padding=2,mode=circular)",
        "conv(box,[2],padding=same,mode=reflect)",
        "weights(net.c1,padding=1,stride=3)",
        "weights(net.dw,dilation=2)",
        "deconv(sobel_y,box,stride=2,padding=1,output_padding=1)",
        "deconv(sobel_y,channels=sum)",
        "local(maps=2,stride=2)",
        "adaptiveavg(2,2)|flatten|dense(net.fc)",
    ],
)
def test_gradients_by_own_numbers_are_sums_of_products_and_pass_the_check(text: str) -> None:
    x = np.random.default_rng(3).standard_normal((3, 7, 8))
    stack = parse_stack(text, SHELF)
    target = np.random.default_rng(4).standard_normal(stack.shapes(x.shape)[-1])
    loss = Loss("sse", target)
    found = ran(text, x, loss)
    stage = len(stack.layers)
    learned = found.learned[-1]
    rng = np.random.default_rng(5)
    for _ in range(3):
        kernel = int(rng.integers(len(learned.kernels)))
        inside = tuple(int(rng.integers(n)) for n in learned.kernels[kernel].shape)
        step = kernel_step(found, stage, (kernel, *inside), 100_000)
        assert step.value == pytest.approx(step.shown, rel=1e-9, abs=1e-9)
        assert step.count == len(step.products)
    entries = check(found, loss)
    assert {"input", "kernel"} == {entry.of for entry in entries}
    assert min(entry.digits for entry in entries) >= 6


def test_learned_weights_equal_autograd() -> None:
    x = np.random.default_rng(6).standard_normal((3, 9, 9))
    found = ran("weights(net.c1,padding=1,stride=2)|relu|globalavg", x, Loss("sum"))
    tensor = SHELF.get("net.c1")
    weight, bias = (torch.from_numpy(a).double().requires_grad_() for a in (tensor.weights, tensor.bias))
    maps = torch.nn.functional.conv2d(torch.from_numpy(x)[None], weight, bias, 2, 1).relu()
    maps.mean((2, 3)).sum().backward()
    np.testing.assert_allclose(weight.grad, np.stack(found.learned[1].kernels), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(bias.grad, found.learned[1].bias, rtol=1e-9, atol=1e-12)


def test_the_entries_that_the_course_writes_out() -> None:
    found = ran(DEMO, V, Loss("sse", T))
    assert 45 == found.loss
    step = kernel_step(found, 2, (0, 0, 0, 0), 10)
    assert 12 == step.value == step.shown
    assert [(-8, 1), (10, 2), (0, 2), (4, 0)] == [(p.gradient, p.link.factor) for p in step.products]
    assert "G[0, m, n] * V[0, m*2 + 0, n*2 + 0]" == step.condition
    step = input_step(found, 2, (0, 2, 2), 10)
    assert -4 == step.value == step.shown
    met = {(p.link.index, p.link.output): p.value for p in step.products}
    assert {
        ((0, 0, 2, 2), (0, 0, 0)): -8,
        ((0, 0, 2, 0), (0, 0, 1)): 0,
        ((0, 0, 0, 2), (0, 1, 0)): 0,
        ((0, 0, 0, 0), (0, 1, 1)): 4,
    } == met
    assert "K[q, 0, m, p] * G[q, l, n], l*2 + m = 2, n*2 + p = 2" == step.condition
    assert 2 == len(input_step(found, 2, (0, 2, 2), 2).products)
    assert 4 == input_step(found, 2, (0, 2, 2), 2).count


def test_back_through_activation_and_pooling_as_in_the_course() -> None:
    found = ran(BACK, V, Loss("sse", np.full((1, 1, 1), 2.0)))
    assert [[[0, 2, 6], [6, 4, -1], [3, 7, 4]]] == found.maps[2].tolist()
    assert ([[[7]]], 25) == (found.maps[4].tolist(), found.loss)
    assert [[[0, 0, 0], [0, 0, 0], [0, 10, 0]]] == found.grads[3].tolist() == found.grads[2].tolist()
    assert [[[10, 0, 10], [20, 10, 0], [0, 10, 20]]] == found.learned[2].kernels[0].tolist()
    wanted = np.zeros((5, 5))
    wanted[2:, 1:4] = 10 * np.array([[1, 0, -1], [2, 0, 0], [0, 1, 1]])
    assert wanted.tolist() == found.grads[0][0].tolist()
    won = input_step(found, 4, (0, 2, 1), 5).products
    assert [("winner", (0, 0, 0), 10)] == [(p.link.name, p.link.output, p.value) for p in won]
    assert () == input_step(found, 4, (0, 2, 2), 5).products


def test_the_centre_counts_nine_times_a_corner() -> None:
    maps = np.random.default_rng(2).random((1, 9, 9))
    grads = ran("gray|conv(box)|conv(box)", maps, Loss("cell", cell=(0, 2, 2))).grads[0][0]
    assert 9 == pytest.approx(grads[4, 4] / grads[2, 2])
    assert 25 == np.count_nonzero(grads)


@pytest.mark.parametrize(
    ("text", "loss", "code"),
    [
        ("gray|rotate(30)", Loss(), "gradients_layer"),
        ("gray|relu", Loss("sse"), "gradients_target_missing"),
        ("gray|relu", Loss("sse", np.zeros((1, 2, 2))), "gradients_target_shape"),
        ("gray|relu", Loss("cell", cell=(0, 5, 0)), "no_such_cell"),
    ],
)
def test_what_cannot_be_computed_is_refused(text: str, loss: Loss, code: str) -> None:
    with pytest.raises(UserError) as caught:
        ran(text, V, loss)
    assert code == caught.value.code


def test_entries_that_are_not_there_are_refused() -> None:
    found = ran(BACK, V, Loss())
    for ask, code in (
        (lambda: input_step(found, 2, (0, 5, 0), 9), "gradients_index"),
        (lambda: kernel_step(found, 2, (0, 0, 3, 0), 9), "gradients_index"),
        (lambda: kernel_step(found, 2, (0, 0), 9), "gradients_index"),
        (lambda: kernel_step(found, 3, (0, 0, 0, 0), 9), "gradients_no_kernels"),
        (lambda: input_step(found, 0, (0, 0, 0), 9), "gradients_stage"),
    ):
        with pytest.raises(UserError) as caught:
            ask()
        assert code == caught.value.code


def test_a_corner_is_told_from_a_wrong_gradient() -> None:
    flat = check(ran("gray|conv([1])|relu", np.zeros((1, 2, 2)), Loss()), Loss())
    assert {True} == {entry.corner for entry in flat if entry.of == "input"}
    tied = np.array([[[1.0, 1.0], [0.0, 3.0]]])
    entries = check(ran("gray|maxpool((1,2))", tied, Loss()), Loss(), seed=1)
    assert [1, 0] == [ran("gray|maxpool((1,2))", tied, Loss()).grads[0][0, 0, col] for col in (0, 1)]
    assert all(entry.corner == (entry.index[1] == 0) for entry in entries)
