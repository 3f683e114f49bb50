"""What each map adds: equal to torch's convolution of one channel alone, and to the logits' difference."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from app.engine.blocks import blocks_of
from app.engine.contributions import contributions, logit_votes, votes
from app.engine.reading import plan
from app.engine.trace import Stage, Trace, run
from app.layers.base import Learned
from app.layers.registry import parse_stack


class Shelf:
    def __init__(self, **tensors: tuple[np.ndarray, np.ndarray]) -> None:
        self.found = {f"n.{name}": Learned(f"n.{name}", *pair) for name, pair in tensors.items()}

    def get(self, name: str) -> Learned | None:
        return self.found.get(name)

    def names(self) -> list[str]:
        return list(self.found)


def traced(text: str, shelf: Shelf, x: np.ndarray) -> Trace:
    stack, stages = parse_stack(text, shelf), [Stage(x)]
    for layer in stack.layers:
        maps = layer.forward(stages[-1].maps)
        stages.append(Stage(maps))
    return Trace(stack, plan(x.shape[1], x.shape[2], 64, "keep"), tuple(stages))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 9999), groups=st.sampled_from([1, 2]), stride=st.integers(1, 3), padding=st.integers(0, 2),
    dilation=st.integers(1, 2), mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
)  # fmt: skip
def test_a_maps_contribution_is_its_own_convolutions_mean(seed, groups, stride, padding, dilation, mode):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((4, 11, 9)).astype(np.float32)
    weights = rng.standard_normal((6, 4 // groups, 3, 2)).astype(np.float32)
    bias = rng.standard_normal(6).astype(np.float32)
    text = f"weights(n.c1,stride={stride},padding={padding},dilation={dilation},mode={mode})|relu"
    trace = traced(text, Shelf(c1=(weights, bias)), x)
    found = contributions(trace, blocks_of(trace.stack)[0])

    torch_mode = {"zeros": "constant"}.get(mode, mode)
    padded = F.pad(torch.from_numpy(x)[None], [padding] * 4, mode=torch_mode)
    for channel in range(4):
        alone = torch.zeros_like(padded)
        alone[:, channel] = padded[:, channel]
        out = F.conv2d(alone, torch.from_numpy(weights), stride=stride, dilation=dilation, groups=groups)
        np.testing.assert_allclose(out[0].mean(dim=(1, 2)).numpy(), found[:, channel], atol=2e-6)


@pytest.mark.parametrize("tail", ["globalavg|flatten", "flatten", "adaptiveavg(2,2)|flatten"])
def test_votes_and_bias_add_up_to_the_margin(tail: str) -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((3, 8, 8)).astype(np.float32)
    numbers = {"globalavg|flatten": 5, "flatten": 5 * 16, "adaptiveavg(2,2)|flatten": 20}[tail]
    shelf = Shelf(
        c1=(rng.standard_normal((5, 3, 3, 3)).astype(np.float32), np.zeros(5, np.float32)),
        fc=(rng.standard_normal((3, numbers)).astype(np.float32), rng.standard_normal(3).astype(np.float32)),
    )
    trace = traced(f"weights(n.c1,padding=1)|relu|maxpool(2)|{tail}|dense(n.fc)", shelf, x)
    first, last = blocks_of(trace.stack)
    assert (3, 3, 1) == (first.out, last.source, first.learned)

    found = votes(trace, last, (0, 1, 2))
    assert (5,) == found.shares.shape
    assert found.margin == pytest.approx(found.shares.sum() + found.bias, abs=1e-5)
    logits = trace.stages[-1].maps.reshape(-1)
    assert np.argmax(logits) == found.first
    assert found.margin == pytest.approx(np.sort(logits)[-1] - np.sort(logits)[-2], abs=1e-6)


@pytest.mark.parametrize("tail", ["globalavg|flatten", "flatten"])
def test_the_votes_for_one_logit_add_up_to_it(tail: str) -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((3, 8, 8)).astype(np.float32)
    numbers = {"globalavg|flatten": 5, "flatten": 5 * 64}[tail]
    weights = rng.standard_normal((3, numbers)).astype(np.float32)
    shelf = Shelf(
        c1=(rng.standard_normal((5, 3, 3, 3)).astype(np.float32), np.zeros(5, np.float32)),
        fc=(weights, rng.standard_normal(3).astype(np.float32)),
    )
    trace = traced(f"weights(n.c1,padding=1)|relu|{tail}|dense(n.fc)", shelf, x)
    _, last = blocks_of(trace.stack)
    maps = trace.stages[2].maps
    per_map = weights.reshape(3, 5, -1) * (
        maps.mean(axis=(1, 2))[:, None] if "globalavg" in tail else maps.reshape(5, -1)
    )
    for output, logit in enumerate(trace.stages[-1].maps.reshape(-1)):
        found = logit_votes(trace, last, output)
        np.testing.assert_allclose(per_map[output].sum(axis=1), found.shares, rtol=1e-4, atol=1e-4)
        assert logit == pytest.approx(found.shares.sum() + found.bias, abs=1e-4)
        assert (output, None, pytest.approx(logit)) == (found.first, found.second, found.margin)


def test_the_contributions_and_the_bias_are_the_maps_mean(photo, cache) -> None:
    from pathlib import Path

    from app.engine.network import Shelf as Networks

    network = Networks(Path(__file__).parents[2] / "models")().loaded["catdog"]
    trace = run(photo, network.logits_stage()[0], 2048, "keep", cache)
    for block in blocks_of(trace.stack):
        bias = trace.layer(block.learned).tensor.bias
        means = trace.stages[block.learned].maps.mean(axis=(1, 2), dtype=np.float64)
        np.testing.assert_allclose(means, contributions(trace, block).sum(axis=1) + bias, atol=2e-4)
