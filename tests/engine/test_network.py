"""Networks from files: the same answer as torch, and files that cannot be trusted."""

import json

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from app.engine.network import NetworkFileError, Networks, Shelf, answer, load
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


def test_warming_runs_every_network(tmp_path):
    warm(Networks({"tiny": load(*write_network(tmp_path)[:2])}))
