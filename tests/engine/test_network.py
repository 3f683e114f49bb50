"""Networks from files: the same answer as torch, and files that cannot be trusted."""

import hashlib
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from torch.nn import functional as F

from app.engine.network import NetworkFileError, Networks, Shelf, TensorsWhenAsked, answer, load
from app.engine.trace import require, run
from app.engine.warm import warm
from tests.engine.made import MadePhoto, write_network


def torch_logits(photo: MadePhoto, tensors: dict[str, np.ndarray]) -> torch.Tensor:
    """The tiny network by torch alone: 2x2 means of a 16 x 16 photo, then its layers."""
    x = F.avg_pool2d(torch.from_numpy(photo.pixels())[None], 2)
    mean, std = torch.tensor([0.5, 0.4, 0.3]), torch.tensor([0.2, 0.3, 0.4])
    x = (x - mean[:, None, None]) / std[:, None, None]
    given = {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}
    x = F.relu(F.conv2d(x, given["c1.weight"], given["c1.bias"], stride=2, padding=1)).mean((2, 3))
    return F.linear(x, given["fc.weight"], given["fc.bias"])[0]


def test_logits_and_answer_equal_torch(tmp_path, cache):
    weights, card, tensors = write_network(tmp_path)
    network, photo = load(weights, card), MadePhoto(16, 16)
    stack, stage = network.logits_stage()

    logits = require(run(photo, stack, 2048, "keep", cache), stage).maps.reshape(-1)
    found = answer(network, logits.tolist())

    expected = torch_logits(photo, tensors)
    np.testing.assert_allclose(expected, logits, atol=1e-4)
    calibrated = torch.softmax(expected[:2] / 1.5, 0)
    np.testing.assert_allclose(calibrated, list(found.probabilities.values()), atol=1e-4)
    assert float(torch.softmax(expected, 0)[2]) == pytest.approx(found.other, abs=1e-4)
    assert ["cat", "dog"][int(calibrated.argmax())] == found.label


@pytest.mark.parametrize(
    ("logits", "label", "reason"),
    [
        ([4.0, 0.0, 0.0], "cat", None),
        ([0.0, 4.0, 0.0], "dog", None),
        ([1.0, 0.9, 0.0], "unsure", "low_confidence"),
        ([4.0, 0.0, 9.0], "unsure", "unlike_training"),
        ([1.0, 1.0, 9.0], "unsure", "unlike_training"),
    ],
)
def test_unsure_says_why(tmp_path, logits, label, reason):
    network = load(*write_network(tmp_path, unsure={"max_other": 0.5, "min_confidence": 0.8})[:2])
    found = answer(network, logits)

    assert (label, reason) == (found.label, found.reason)
    assert 1 == pytest.approx(sum(found.probabilities.values()))
    assert max(found.probabilities.values()) == found.confidence


def test_tensors_are_found_by_full_name_alone(tmp_path):
    networks = Networks({"tiny": load(*write_network(tmp_path)[:2])})

    assert (4, 3, 3, 3) == networks.get("tiny.c1").weights.shape
    assert [None, None, None] == [networks.get(name) for name in ("c1", "tiny.nope", "other.c1")]
    assert {"tiny.c1", "tiny.fc"} == set(networks.names())


def test_other_weights_than_the_cards_are_refused(tmp_path):
    weights, card, _ = write_network(tmp_path)
    card.write_text(json.dumps({"weights_sha256": "0" * 64}))

    with pytest.raises(NetworkFileError, match="checksum"):
        load(weights, card)


@pytest.mark.parametrize("stack", ["weights(tiny.nope)", "conv(", "dense(tiny.fc"])
def test_a_stack_that_cannot_be_read_is_refused(tmp_path, stack):
    with pytest.raises(NetworkFileError, match="stack"):
        load(*write_network(tmp_path, stack=stack)[:2])


def test_a_shelf_leaves_out_what_cannot_be_trusted_and_reads_once(tmp_path, caplog):
    weights, _, _ = write_network(tmp_path)
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    (tmp_path / "broken.json").write_text('{"weights_sha256": ""}')
    (tmp_path / "alone.safetensors").write_bytes(b"no card")
    shelf = Shelf(tmp_path)

    assert ["tiny"] == list(shelf().loaded)
    assert {"broken", "alone"} == {
        r.getMessage().split()[1].removesuffix(".safetensors") for r in caplog.records
    }
    weights.unlink()
    assert shelf() is shelf()


def test_an_uploaded_network_answers_for_its_own_names_and_lists_none(tmp_path):
    shipped = Networks({"tiny": load(*write_network(tmp_path)[:2])})
    own = replace(shipped.loaded["tiny"], name="mine", tensors={"mine.c1": shipped.get("tiny.c1")})
    tensors = TensorsWhenAsked(lambda: shipped, lambda name: own if name == "mine" else None)

    assert own.tensors["mine.c1"] is tensors.get("mine.c1")
    assert shipped.get("tiny.fc") is tensors.get("tiny.fc")
    assert [None, None, None] == [tensors.get(name) for name in ("mine.fc", "tiny.nope", "c1")]
    assert ["tiny.c1", "tiny.fc"] == list(tensors.names())
    assert TensorsWhenAsked(lambda: shipped).get("mine.c1") is None


def test_what_a_file_says_of_itself_is_read(tmp_path):
    weights, card, tensors = write_network(tmp_path, unsure={"max_other": 0.5, "min_confidence": 0.8})
    network = load(weights, card)

    assert ("tiny", ("cat", "dog", "other"), ("cat", "dog"), 1.5) == (
        network.name, network.outputs, network.classes, network.temperature,
    )  # fmt: skip
    assert (0.5, 0.8, True, "") == (
        network.max_other,
        network.min_confidence,
        network.calibrated,
        network.title,
    )
    assert json.loads(card.read_text()) == network.card
    assert network.card["weights_sha256"] == network.sha256
    assert sum(tensor.nbytes for tensor in tensors.values()) == network.nbytes
    np.testing.assert_array_equal(tensors["fc.bias"], network.get("tiny.fc").bias)
    assert 7 == network.logits_stage()[1]
    assert "dense" == network.logits_stage()[0].layers[-1].kind


def test_a_tensor_without_a_bias_gets_zeros(tmp_path):
    weights, card, tensors = write_network(tmp_path)
    del tensors["c1.bias"]
    with safe_open(weights, "numpy") as file:
        metadata = file.metadata()
    save_file(tensors, weights, metadata=metadata)
    card.write_text(json.dumps({"weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest()}))
    bias = load(weights, card).get("tiny.c1").bias
    assert ([0.0] * 4, np.float32) == (bias.tolist(), bias.dtype)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        (None, "tiny.safetensors lacks metadata: classes, name, outputs, stack, temperature, unsure"),
        ({"other": "x"}, "tiny.safetensors lacks metadata: classes, name, outputs, stack, temperature, unsure"),
        ({"convisor": '{"name": "tiny", "unsure": {}}'}, "tiny.safetensors lacks metadata: classes, outputs, stack, temperature"),
        ({"convisor": "[]"}, "tiny.safetensors"),
        ({"convisor": "{"}, "tiny.safetensors"),
    ],
)  # fmt: skip
def test_a_file_without_its_metadata_is_refused(tmp_path, metadata, words):
    weights, card, tensors = write_network(tmp_path)
    save_file(tensors, weights, metadata=metadata)
    card.write_text(json.dumps({"weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest()}))
    with pytest.raises(NetworkFileError, match=f"^{re.escape(words)}"):
        load(weights, card)


def test_a_damaged_file_with_its_own_checksum_is_refused(tmp_path):
    weights, card, _ = write_network(tmp_path)
    weights.write_bytes(weights.read_bytes()[:-3])
    card.write_text(json.dumps({"weights_sha256": hashlib.sha256(weights.read_bytes()).hexdigest()}))
    with pytest.raises(NetworkFileError, match=r"^tiny\.safetensors is damaged: "):
        load(weights, card)


def test_warming_runs_every_network(tmp_path):
    warm(Networks({"tiny": load(*write_network(tmp_path)[:2])}))
