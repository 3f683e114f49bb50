"""Thresholds come from the validation pictures alone; a card takes figures of its own weights only."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from models.card import FRAMEWORKS, read_card, to_text, write_card
from models.evaluate import Judge, calibrate, measure, renew
from models.net import Network
from models.served import checksum, write_weights


@pytest.fixture
def judge() -> Judge:
    """A small network with random weights."""
    torch.manual_seed(4)
    net = Network("4s 6s")
    return Judge(net.folded(), net.chain, 24)


def test_calibration_reads_nothing_but_the_validation_pictures(
    judge: Judge, archives: Path, tmp_path: Path
) -> None:
    only_val = tmp_path / "data"
    only_val.mkdir()
    for name in ("val.zip", "manifest.csv.gz"):
        shutil.copy(archives / name, only_val)
    here = calibrate(judge, only_val, tmp_path / "pixels")
    (only_val / "ood_dev.zip").write_bytes(b"no archive: opening it would fail")
    assert here == calibrate(judge, only_val, tmp_path / "again")
    assert here == calibrate(judge, archives, tmp_path / "whole")


def test_measuring_does_open_ood_dev(judge: Judge, archives: Path, tmp_path: Path) -> None:
    scaling, doubt = calibrate(judge, archives, tmp_path / "pixels")
    figures = measure(judge, archives, tmp_path / "pixels", scaling.temperature, doubt)
    assert 4 == figures["other"]["ood_dev"]["pictures"] == sum(figures["other"]["ood_dev"]["said"].values())
    assert (
        figures["other"]["roc_ood_dev_against_val"]["area"] == figures["other"]["auroc_ood_dev_against_val"]
    )
    assert {"val", "train", "extra", "varied"} == set(figures["label_suspects"]["sets"])
    assert "not dropped" in figures["label_suspects"]["note"]
    assert {"blur", "noise", "jpeg", "turned_15", "turned_90", "darker"} <= set(figures["robustness"])
    for name in ("val", "test_web"):
        assert {"roc", "reliability", "risk_coverage"} <= set(figures[name])


def test_figures_go_into_the_card_of_the_same_weights_only(tmp_path: Path) -> None:
    weights = tmp_path / "w.safetensors"
    write_weights(weights, {"fc.weight": torch.zeros(3, 2), "fc.bias": torch.zeros(3)}, {"name": "w"})
    card = {"weights_sha256": checksum(weights), "figures": {}, "temperature": 1.5}
    write_card(tmp_path / "w.json", card)
    renew(weights, {"val": {"accuracy": 0.5}})
    again = read_card(tmp_path / "w.json")
    assert (1.5, {"val": {"accuracy": 0.5}}) == (again["temperature"], again["figures"])
    assert read_card(FRAMEWORKS) == again["frameworks"]
    write_card(tmp_path / "w.json", card | {"weights_sha256": "0" * 64})
    with pytest.raises(ValueError, match="other weights"):
        renew(weights, {})


def test_card_reads_back_as_it_was_written() -> None:
    rng = np.random.default_rng(0)
    card = {
        "a": [[round(float(x), 4), 1] for x in rng.random(30)],
        "b": {"c": "señal " * 40, "d": None, "e": [], "f": {}},
        "g": [{"picture": "cat/000001.webp", "confidence": 0.99}] * 3,
    }
    assert card == json.loads(to_text(card))
    assert max(len(line) for line in to_text(card | {"b": 0}).splitlines()) <= 110
