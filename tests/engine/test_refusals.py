"""What the engine refuses: the code, and every value that the sentence names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.domain.errors import Refusal, UserError
from app.engine import batch as batches
from app.engine.attribution import torch_layers
from app.engine.attribution.chain import chain_of
from app.engine.attribution.registry import find_method, methods
from app.engine.attribution.subject import Settings
from app.engine.cells import Place, boxes, explain
from app.engine.compare import compare
from app.engine.gradients.backward import back_propagate, check_size, input_step, kernel_step, operations_of
from app.engine.gradients.loss import Loss
from app.engine.gradients.registry import MAKERS
from app.engine.learning.descent import KernelLearner, Setting, descend
from app.engine.probe import Change, probe
from app.engine.reading import plan
from app.engine.toeplitz import toeplitz
from app.engine.trace import Bounds, require, run
from app.kernels import editing
from app.kernels.registry import KERNELS, make
from app.layers.registry import parse_stack
from tests.engine.attribution.made import made_network, small_subject
from tests.engine.made import CountingCache, MadePhoto
from tests.layers.drawn import SHELF

CELL = {"channels": 3, "rows": 20, "columns": 30}
NETWORK = made_network("weights(made.c1)|relu|globalavg|flatten|dense(made.fc)", c1=(4, 3, 3, 2), fc=(3, 4))
ATTRIBUTIONS = (
    "effective_field, grad_cam, guided_backprop, input_x_gradient, integrated_gradients, occlusion, saliency, "
    "smoothgrad"
)


def traced(text: str, bounds: Bounds = Bounds()):  # noqa: B008  # frozen
    return run(MadePhoto(), parse_stack(text, NETWORK), 30, "keep", CountingCache(), bounds=bounds)


def back(text: str, loss: Loss = Loss()):  # noqa: B008  # frozen
    stack = parse_stack(text, SHELF)
    maps = np.zeros((3, 5, 6))
    return back_propagate(operations_of(stack.layers, stack.shapes(maps.shape)), maps, loss)


def attributed(name: str, **settings):
    return methods()[name].compute(small_subject(), Settings(**settings))


def refused_by(do) -> UserError:
    with pytest.raises(UserError) as caught:
        do()
    return caught.value


ASKED = [
    (lambda: plan(9, 9, 7, "keep"), "size_out_of_bounds", {"value": 7, "low": 8, "high": 2048}),
    (lambda: plan(9, 9, 2049, "keep"), "size_out_of_bounds", {"value": 2049, "low": 8, "high": 2048}),
    (lambda: plan(9, 9, 8, "fill"), "unknown_fit", {"value": "fill", "choices": "keep, crop, squeeze"}),
    (lambda: require(traced("relu|abs"), 3), "no_such_stage", {"stage": 3, "last": 2}),
    (lambda: require(traced("relu|abs"), -1), "no_such_stage", {"stage": -1, "last": 2}),
    (lambda: require(traced("relu|conv(box,size=31)|abs"), 4), "no_such_stage", {"stage": 4, "last": 1}),
    (lambda: boxes(traced("relu"), Place(1, 3, 2, 4)), "no_such_cell", {"stage": 1, "channel": 3, "row": 2, "column": 4, **CELL}),
    (lambda: explain(traced("relu"), Place(1, 0, 20, 4)), "no_such_cell", {"stage": 1, "channel": 0, "row": 20, "column": 4, **CELL}),
    (lambda: explain(traced("relu"), Place(0, 0, 2, -1)), "no_such_cell", {"stage": 0, "channel": 0, "row": 2, "column": -1, **CELL}),
    (lambda: compare(traced("gray"), traced("conv(box)"), 1, 1), "compare_shapes", {"shape": "1 × 20 × 30", "other": "3 × 18 × 28"}),
    (lambda: compare(traced("abs"), traced("relu"), 1, 1, 3), "no_such_cell", {"stage": 1, "channel": 3, "row": 0, "column": 0, **CELL}),
    (lambda: compare(traced("abs"), traced("relu"), 1, 2), "no_such_stage", {"stage": 2, "last": 1}),
    (lambda: toeplitz(parse_stack(""), 4, 4), "toeplitz_layer", {"stack": "–"}),
    (lambda: toeplitz(parse_stack("gray|" + "relu|" * 20 + "abs"), 4, 4), "toeplitz_layer", {"stack": ("gray|" + "relu|" * 20)[:80]}),
    (lambda: toeplitz(parse_stack("conv(box)"), 17, 4), "toeplitz_too_large", {"rows": 15 * 2, "columns": 17 * 4, "limit": 65_536}),
    (lambda: toeplitz(parse_stack("conv(box,sobel_x,padding=1)"), 16, 16), "toeplitz_too_large", {"rows": 512, "columns": 256, "limit": 65_536}),
    (lambda: probe(NETWORK, traced("relu"), Change(kernels={4: make("box")})), "no_such_kernel", {"index": 4, "last": -1}),
    (lambda: probe(NETWORK, traced(NETWORK.text), Change(kernels={4: make("box")})), "no_such_kernel", {"index": 4, "last": 3}),
    (lambda: probe(NETWORK, traced(NETWORK.text), Change(kernels={-1: make("box")})), "no_such_kernel", {"index": -1, "last": 3}),
    (lambda: probe(NETWORK, traced(NETWORK.text), Change(kernels={0: make("box", size=4)})), "kernel_too_large_for_layer", {"rows": 4, "cols": 4, "needed_rows": 3, "needed_cols": 2}),
    (lambda: probe(NETWORK, traced(NETWORK.text), Change(kernels={0: make("box", size=3)})), "kernel_too_large_for_layer", {"rows": 3, "cols": 3, "needed_rows": 3, "needed_cols": 2}),
    (lambda: probe(NETWORK, traced("abs"), Change(gains={(1, 3): 1.0})), "no_such_cell", {"stage": 1, "channel": 3, "row": 0, "column": 0, **CELL}),
    (lambda: probe(NETWORK, traced("abs"), Change(gains={(1, 2): 10.5})), "gain_out_of_bounds", {"value": 10.5, "high": 10.0}),
    (lambda: probe(NETWORK, traced("abs"), Change(gains={(1, 2): -0.5})), "gain_out_of_bounds", {"value": -0.5, "high": 10.0}),
    (lambda: back("conv(box)|rotate(30)"), "gradients_layer", {"layer": "rotate", "known": ", ".join(MAKERS)}),
    (lambda: chain_of(made_network("noise(1)|globalavg"), (3, 9, 9)), "attribution_layer", {"layer": "noise", "known": ", ".join(torch_layers._MAKERS)}),
    (lambda: back("relu", Loss("sse")), "gradients_target_missing", {}),
    (lambda: back("relu|conv(box)", Loss("sse", np.zeros((1, 2, 2)))), "gradients_target_shape", {"target": "1 × 2 × 2", "shape": "3 × 3 × 4", "stage": 2}),
    (lambda: back("relu|conv(box)", Loss("cell", cell=(1, 3, 2))), "no_such_cell", {"stage": 2, "channel": 1, "row": 3, "column": 2, "channels": 3, "rows": 3, "columns": 4}),
    (lambda: input_step(back("relu"), 1, (0, 5, 0), 9), "gradients_index", {"index": "0, 5, 0", "shape": "3 × 5 × 6"}),
    (lambda: input_step(back("relu"), 1, (-1, 0, 0), 9), "gradients_index", {"index": "-1, 0, 0", "shape": "3 × 5 × 6"}),
    (lambda: input_step(back("relu"), 0, (0, 0, 0), 9), "gradients_stage", {"stage": 0, "last": 1}),
    (lambda: input_step(back("relu"), 2, (0, 0, 0), 9), "gradients_stage", {"stage": 2, "last": 1}),
    (lambda: kernel_step(back("relu|abs"), 2, (0, 0, 0, 0), 9), "gradients_no_kernels", {"stage": 2}),
    (lambda: kernel_step(back("weights(net.c1)"), 1, (4, 0, 0, 0), 9), "gradients_index", {"index": "4", "shape": "4"}),
    (lambda: kernel_step(back("weights(net.c1)"), 1, (3, 2, 3, 0), 9), "gradients_index", {"index": "3, 2, 3, 0", "shape": "4 × 3 × 3 × 3"}),
    (lambda: kernel_step(back("weights(net.c1)"), 1, (3, 0), 9), "gradients_index", {"index": "3, 0", "shape": "4 × 3 × 3 × 3"}),
    (lambda: descend(np.ones((5, 5)), np.ones((3, 3)), Setting(), 2001), "descent_setting", {"name": "steps", "value": 2001, "low": 0, "high": 2000}),
    (lambda: KernelLearner(np.ones((5, 5)), np.ones((3, 3)), Setting(rate=101)), "descent_setting", {"name": "rate", "value": 101, "low": 1e-4, "high": 100.0}),
    (lambda: KernelLearner(np.ones((5, 5)), np.ones((3, 3)), Setting(momentum=1)), "descent_setting", {"name": "momentum", "value": 1, "low": 0.0, "high": 0.99}),
    (lambda: KernelLearner(np.ones((5, 6)), np.ones((3, 3)), Setting(size=(8, 3), padding=1)), "descent_kernel", {"kernel": "8 × 3", "picture": "7 × 8"}),
    (lambda: KernelLearner(np.ones((5, 6)), np.ones((3, 3)), Setting(size=(3, 9), padding=1)), "descent_kernel", {"kernel": "3 × 9", "picture": "7 × 8"}),
    (lambda: KernelLearner(np.ones((5, 6)), np.ones((3, 3)), Setting()), "descent_pair", {"before": "5 × 6", "after": "3 × 3", "fitting": "3 × 4"}),
    (lambda: KernelLearner(np.ones((200, 200)), np.ones((198, 199)), Setting(size=(3, 2))), "descent_too_large", {"cells": 198 * 199 * 6, "limit": 200_000}),
    (lambda: find_method("saliencey" + "x" * 40), "attribution_method", {"name": "saliencey" + "x" * 31, "nearest": "", "known": ATTRIBUTIONS}),
    (lambda: find_method("gradcam"), "attribution_method", {"name": "gradcam", "nearest": "grad_cam", "known": ATTRIBUTIONS}),
    (lambda: attributed("occlusion", size=0, step=2), "attribution_patch", {"size": 0, "low": 1, "high": 20}),
    (lambda: attributed("occlusion", size=21, step=2), "attribution_patch", {"size": 21, "low": 1, "high": 20}),
    (lambda: attributed("occlusion", size=6, step=1), "attribution_step", {"step": 1, "low": 2, "high": 6}),
    (lambda: attributed("occlusion", size=6, step=7), "attribution_step", {"step": 7, "low": 2, "high": 6}),
    (lambda: attributed("smoothgrad", samples=1), "attribution_samples", {"samples": 1, "low": 2, "high": 100}),
    (lambda: attributed("smoothgrad", noise=0.6), "attribution_noise", {"noise": 0.6, "low": 0.01, "high": 0.5}),
    (lambda: attributed("effective_field", stage=10), "attribution_stage", {"stage": 10, "low": 0, "high": 9}),
    (lambda: attributed("effective_field", stage=2, channel=6, row=1, column=2), "no_such_cell", {"stage": 2, "channel": 6, "row": 1, "column": 2, "channels": 6, "rows": 12, "columns": 10}),
    (lambda: attributed("effective_field", stage=2, channel=5, row=1, column=10), "no_such_cell", {"stage": 2, "channel": 5, "row": 1, "column": 10, "channels": 6, "rows": 12, "columns": 10}),
    (lambda: attributed("grad_cam", layer=7), "attribution_grad_cam_layer", {"layer": 7, "low": 0, "high": 6}),
    (lambda: chain_of(made_network("weights(made.big)|globalavg", big=(16, 3, 9, 9)), (3, 600, 500)), "attribution_too_large", {"multiply_adds": 592 * 492 * 16 * 3 * 81, "limit": 1_000_000_000}),
    (lambda: chain_of(replace(NETWORK, outputs=("a", "b")), (3, 9, 9)), "attribution_outputs", {"shape": (3, 1, 1), "outputs": 2}),
    (lambda: editing.randomise(32, 3, 0), "matrix_too_large", {"rows": 32, "cols": 3, "limit": 31}),
    (lambda: editing.randomise(3, 0, 0), "matrix_too_large", {"rows": 3, "cols": 0, "limit": 31}),
    (lambda: editing.normalise([[1.0, -1.0]]), "kernel_sum_zero", {"sum": 0.0}),
    (lambda: make("sobelx"), "unknown_kernel", {"name": "sobelx", "nearest": "sobel_x", "known": ", ".join(KERNELS)}),
    (lambda: make("gaussian", sigm=1), "unknown_parameter", {"owner": "gaussian", "name": "sigm", "nearest": "sigma", "known": "size, sigma"}),
    (lambda: make("emboss", x=1), "unknown_parameter", {"owner": "emboss", "name": "x", "nearest": "", "known": "-"}),
    (lambda: make("box", size=2.5), "wrong_value", {"owner": "box", "name": "size", "value": 2.5, "expected": "int"}),
    (lambda: make("gaussian", sigma="a"), "wrong_value", {"owner": "gaussian", "name": "sigma", "value": "a", "expected": "float"}),
    (lambda: make("box", size=32), "out_of_bounds", {"owner": "box", "name": "size", "value": 32, "low": 1, "high": 31}),
]  # fmt: skip


@pytest.mark.parametrize(("do", "code", "params"), ASKED)
def test_what_is_refused_is_told_with_its_values(do, code, params):
    fault = refused_by(do)
    assert code == fault.code
    assert params == fault.params


TRACED = [
    ("relu|conv(box,sobel_x)", Bounds(stage=2000), "too_many_cells", {"cells": 6 * 18 * 28, "limit": 2000}, "conv(box,sobel_x,stride=2)"),
    ("relu|abs|square", Bounds(trace=7199), "trace_too_large", {"cells": 4 * 1800, "limit": 7199}, ""),
    ("relu|conv(box)", Bounds(work=1800 * 32), "too_much_work", {"work": 1800 * 32 + 3 * 18 * 28 * 9, "limit": 1800 * 32}, ""),
    ("conv([1e30])|square", Bounds(), "not_finite", {}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "bounds", "code", "params", "suggestion"), TRACED)
def test_a_trace_ends_with_the_refusal_and_its_values(text, bounds, code, params, suggestion):
    refused = traced(text, bounds).refused
    assert isinstance(refused, Refusal)
    assert (code, params, suggestion) == (refused.code, refused.params, refused.suggestion)


@pytest.mark.parametrize("bounds", [Bounds(stage=1800), Bounds(trace=3600), Bounds(work=1800 * 32)])
def test_a_trace_may_reach_its_bounds(bounds):
    assert traced("relu", bounds).refused is None


def test_gradients_of_too_much_are_refused_and_of_the_most_are_not():
    layers = parse_stack("gray|conv([1])").layers
    most = [(3, 1000, 1000), (1, 1000, 500), (1, 1000, 500)]
    check_size(layers, most)
    fault = refused_by(lambda: check_size(layers, [*most, (1, 1, 1)]))
    work = 3 * 1000 * 1000 + 1000 * 500
    limits = {"limit": 200_000_000, "cell_limit": 4_000_000}
    assert ("gradients_too_large", {"multiply_adds": work, "cells": 4_000_001, **limits}) == (
        fault.code,
        fault.params,
    )
    conv = parse_stack("conv(box,size=10)").layers
    check_size(conv, [(2, 1009, 1009)])
    fault = refused_by(lambda: check_size(conv, [(2, 1009, 1010)]))
    assert {"multiply_adds": 2 * 1000 * 1001 * 100, "cells": 2 * 1009 * 1010, **limits} == fault.params


def test_a_batch_may_hold_its_most_and_no_more(monkeypatch):
    chain = chain_of(NETWORK, (3, 6, 7))
    pictures = np.zeros((5, 3, 6, 7), dtype=np.float32)
    cells = 5 * (3 * 6 * 7 + 4 * 4 * 6)  # before and behind the convolution
    monkeypatch.setattr(batches, "MOST_CELLS", cells)
    assert (5, 3) == batches.run_batch(chain, pictures).logits.shape
    monkeypatch.setattr(batches, "MOST_CELLS", cells - 1)
    fault = refused_by(lambda: batches.run_batch(chain, pictures))
    assert ("batch_too_large", {"count": 5, "cells": cells, "limit": cells - 1}) == (fault.code, fault.params)
