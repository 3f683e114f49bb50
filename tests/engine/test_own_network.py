"""Networks of one's own: torch's numbers from every dtype, what is refused with which values, names of classes."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save

from app.domain.errors import NotationError, Refusal, UserError
from app.engine.own_network import build_own, check_own, class_names, read_class_names
from app.engine.own_tensors import NetworkLimits, read_tensors
from app.engine.trace import Bounds
from tests.bad_networks import BIG, FILES, REFUSING, STACKS
from tests.own_networks import SMALL, SMALL_STACK, VGG_STACK, file_of, vgg, vgg_logits

LIMITS = NetworkLimits()
BOUNDS = Bounds(trace=50_000_000)
SMALL_BYTES = save(SMALL)


def refusal_of(data: bytes, stack: str = SMALL_STACK, classes: tuple[str, ...] = (), **given) -> UserError:
    with pytest.raises(UserError) as caught:
        check_own(data, stack, classes, given.get("limits", LIMITS), given.get("bounds", BOUNDS))
    return caught.value


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_used_is_refused_with_its_values(case):
    data, code, params = FILES[case]
    fault = refusal_of(data)
    assert (code, params) == (fault.code, fault.params)


@pytest.mark.parametrize(
    ("bound", "most", "code", "params"),
    [
        ("max_bytes", len(SMALL_BYTES), "network_too_many_bytes", {"megabytes": 0.0, "limit": (len(SMALL_BYTES) - 1) / 1e6}),
        ("max_tensors", 3, "network_too_many_tensors", {"tensors": 3, "limit": 2}),
        ("max_parameters", 240, "network_too_many_parameters", {"parameters": 240, "limit": 239}),
        ("max_header_bytes", (header := int.from_bytes(SMALL_BYTES[:8], "little")), "network_header", {"bytes": header, "limit": header - 1}),
    ],
)  # fmt: skip
def test_a_file_may_be_as_large_as_its_bound_and_no_larger(bound, most, code, params):
    assert set(read_tensors(SMALL_BYTES, replace(LIMITS, **{bound: most})).learned) == {"conv1", "fc1"}
    fault = refusal_of(SMALL_BYTES, limits=replace(LIMITS, **{bound: most - 1}))
    assert (code, params) == (fault.code, fault.params)


def test_the_size_of_a_file_is_told_in_megabytes():
    fault = refusal_of(bytes(2_345_678), limits=replace(LIMITS, max_bytes=1_500_000))
    assert {"megabytes": 2.3, "limit": 1.5} == fault.params


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_tensors_are_the_files_rounded_as_its_numbers_are(dtype):
    torch.manual_seed(6)
    weights, bias, plain = (
        torch.randn(shape, dtype=torch.float64) * 100 for shape in ((5, 3, 2, 4), 5, (2, 4))
    )
    tensors = {"a.b_2.weight": weights, "a.b_2.bias": bias, "plain.weight": plain, "other": torch.ones(5)}
    found = read_tensors(save({name: t.to(dtype).contiguous() for name, t in tensors.items()}), LIMITS)

    assert {"a.b_2", "plain"} == set(found.learned)
    assert 5 * 3 * 2 * 4 + 5 + 2 * 4 + 5 == found.parameters
    learned = found.learned["a.b_2"]
    assert ("a.b_2", np.float32, np.float32) == (learned.name, learned.weights.dtype, learned.bias.dtype)
    np.testing.assert_array_equal(weights.to(dtype).float().numpy(), learned.weights)
    np.testing.assert_array_equal(bias.to(dtype).float().numpy(), learned.bias)
    np.testing.assert_array_equal(np.zeros(2, dtype=np.float32), found.learned["plain"].bias)


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_that_makes_no_network_is_refused_with_its_values(stack):
    code, params = STACKS[stack]
    fault = refusal_of(save(BIG), stack)
    assert (code, params) == (fault.code, fault.params)


@pytest.mark.parametrize(("stack", "stage", "layer", "code", "params"), REFUSING)
def test_a_layer_that_refuses_is_named_with_its_own_refusal(stack, stage, layer, code, params):
    fault = refusal_of(save(BIG), stack)
    own = fault.params["refusal"]
    assert ("network_layer_refuses", stage, layer) == (
        fault.code,
        fault.params["stage"],
        fault.params["layer"],
    )
    assert (code, params) == (own.code, own.params)
    assert isinstance(fault, Refusal)
    assert (own.formula, own.suggestion) == (fault.formula, fault.suggestion)


def test_a_refusing_layer_hands_on_its_formula_and_its_mend():
    fault = refusal_of(SMALL_BYTES, SMALL_STACK.replace("maxpool(2)", "maxpool(20)"))
    assert ("floor((8 + 0 + 0 - 1*(20 - 1) - 1) / 20) + 1 = 0", "maxpool(8)") == (
        fault.formula,
        fault.suggestion,
    )


def test_a_name_with_a_wrong_letter_is_placed_in_the_line_as_written():
    fault = refusal_of(SMALL_BYTES, SMALL_STACK.replace("conv1", "conv7"))
    assert isinstance(fault, NotationError)
    assert SMALL_STACK.index("conv1") == fault.position


WORK = 3 * 8 * 8 * 8, 4 * 27 * 64 + 3 * 10 * 10  # of the resize; of the convolution with its padded copy


def test_work_counts_from_layer_to_layer():
    enough = sum(WORK) + 4 * 64 * 32  # relu, whose every cell counts as 32
    for bound, stage, work in ((0, 1, WORK[0]), (WORK[0], 2, sum(WORK)), (sum(WORK), 3, enough)):
        fault = refusal_of(SMALL_BYTES, bounds=replace(BOUNDS, work=bound))
        assert (stage, "too_much_work") == (fault.params["stage"], fault.params["refusal"].code)
        assert {"work": work, "limit": bound} == fault.params["refusal"].params


def test_cells_count_from_the_largest_photo_on():
    photo = 3 * 2048 * 2048
    fault = refusal_of(SMALL_BYTES, bounds=replace(BOUNDS, trace=photo + 3 * 64 + 4 * 64 - 1))
    assert (2, {"cells": photo + 7 * 64, "limit": photo + 7 * 64 - 1}) == (
        fault.params["stage"],
        fault.params["refusal"].params,
    )
    fault = refusal_of(SMALL_BYTES, bounds=replace(BOUNDS, stage=4 * 64 - 1))
    assert (2, {"cells": 4 * 64, "limit": 4 * 64 - 1}) == (
        fault.params["stage"],
        fault.params["refusal"].params,
    )
    assert (
        check_own(
            SMALL_BYTES,
            SMALL_STACK,
            (),
            LIMITS,
            replace(BOUNDS, stage=4 * 64, trace=photo + 3 * 64 + 8 * 64 + 2 * 64 + 2),
        )
        is None
    )


@pytest.mark.parametrize(
    ("classes", "code", "params"),
    [
        (("a",), "network_classes_count", {"found": 1, "needed": 2}),
        (("a", "b", "c"), "network_classes_count", {"found": 3, "needed": 2}),
        (("a", "a"), "network_class_twice", {"name": "a"}),
        (("a", "b" * 41), "network_class_too_long", {"name": "b" * 20, "limit": 40}),
    ],
)
def test_names_of_classes_have_to_fit(classes, code, params):
    fault = refusal_of(SMALL_BYTES, classes=classes)
    assert (code, params) == (fault.code, fault.params)


def test_outputs_without_names_are_counted():
    assert ("class 0", "class 1", "class 2") == class_names((), 3)
    assert 100 == len(class_names((), 100))
    assert ("x" * 40, "y") == class_names(["x" * 40, "y"], 2)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cat, dog", ("cat", "dog")),
        (" cat ,, dog,", ("cat", "dog")),
        ("cat\n\n  pear, red \n", ("cat", "pear, red")),
        ("cat, dog\n", ("cat", "dog")),
        ("c\u200bat,d\x07og", ("cat", "dog")),
        ("", ()),
        (" \n ", ()),
    ],
)
def test_class_names_are_read_line_by_line_or_between_commas(text, names):
    assert names == read_class_names(text)


def test_a_network_of_ones_own_gives_torchs_logits():
    net, data = vgg(), file_of(vgg())
    spare = save(
        {**{name: t.contiguous() for name, t in net.state_dict().items()}, "spare.weight": torch.ones(2, 2)}
    )
    pixels = np.random.default_rng(3).random((3, 32, 32), dtype=np.float32)
    own = build_own("mine", spare, VGG_STACK, ("apple", "cat", "pear"), "My net", LIMITS)

    network = own.network
    stack, last = network.logits_stage()
    maps = pixels
    for layer in stack.layers:
        maps = layer.forward(maps)
    np.testing.assert_allclose(vgg_logits(net, pixels), maps[:, 0, 0], atol=1e-4)
    assert len(stack.layers) == last
    assert sum(p.numel() for p in net.parameters()) + 4 == own.parameters
    assert ("spare",) == own.unused
    assert () == build_own("mine", data, VGG_STACK, (), "", LIMITS).unused
    assert ("mine", "My net", False, 1.0) == (
        network.name,
        network.title,
        network.calibrated,
        network.temperature,
    )
    assert (0.0, 1.0, {}) == (network.min_confidence, network.max_other, network.card)
    assert ("apple", "cat", "pear") == network.outputs == network.classes
    assert hashlib.sha256(spare).hexdigest() == network.sha256
    assert VGG_STACK.replace("features", "mine.features").replace("fc", "mine.fc") == network.text
    assert {
        f"mine.{name}" for name in ("features.0", "features.1", "features.2", "fc1", "fc2", "spare")
    } == set(network.names())
    assert "mine.fc1" == network.get("mine.fc1").name


def test_building_holds_to_the_bounds_as_well():
    with pytest.raises(UserError, match="network_too_many_tensors"):
        build_own("mine", SMALL_BYTES, SMALL_STACK, (), "", replace(LIMITS, max_tensors=2))
    with pytest.raises(UserError, match="network_classes_count"):
        build_own("mine", SMALL_BYTES, SMALL_STACK, ("a",), "", LIMITS)


def test_a_chain_of_dense_layers_alone_is_a_network():
    net = {"a.weight": torch.zeros(5, 48), "b.weight": torch.zeros(2, 5)}
    check_own(save(net), "resize(4,4)|flatten|dense(a)|tanh|dense(b)|softmax", (), LIMITS, BOUNDS)
    check_own(
        save(net), "resize(8,8)|conv(box,padding=1)|avgpool(2)|flatten|dense(a)|dense(b)", (), LIMITS, BOUNDS
    )
