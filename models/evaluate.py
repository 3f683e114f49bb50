"""Recomputes every figure of the card from the served weights: `python -m models.evaluate --data DIR`."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from models.calibration import Scaling, calibration_report, choose_scaling, error_by_chance
from models.card import KNOWN_FAILURES, measured_apart, read_card, write_card
from models.curves import reliability, risk_coverage, roc, roc_dog
from models.data import (
    LABELS,
    OTHER_HELD_OUT,
    archive_members,
    decode,
    held_out_rows,
    load_split,
    read_sources,
)
from models.figures import (
    Doubt,
    answers,
    auroc,
    by_source,
    choose_doubt,
    confidence,
    p_other,
    said,
    unsure,
)
from models.net import Step
from models.served import NAME, checksum, read_stack, read_weights, served_logits
from models.spoil import SPOILED
from models.suspects import list_suspects


@dataclass(frozen=True)
class Judged:
    """Logits (N, 3) of a set of pictures, with member names, labels and sources."""

    names: np.ndarray
    logits: np.ndarray
    labels: np.ndarray
    sources: np.ndarray


@dataclass(frozen=True)
class Judge:
    """A served network as a function of pictures."""

    tensors: dict[str, Tensor]
    chain: tuple[Step, ...]
    side: int

    def __call__(self, pictures: list[np.ndarray] | np.ndarray) -> np.ndarray:
        return served_logits(self.tensors, self.chain, self.side, pictures)

    def photos(self, data: Path, split: str) -> Judged:
        """Judge a split whose pictures keep their aspect."""
        members = archive_members(data / f"{split}.zip")
        sources = read_sources(data, split)
        return Judged(
            names=np.array([name for name, _ in members]),
            logits=self([decode(encoded) for _, encoded in members]),
            labels=np.array([LABELS.index(name.split("/")[0]) for name, _ in members]),
            sources=np.array([sources.get(name, split) for name, _ in members]),
        )

    def packed(
        self, data: Path, split: str, cache: Path, choose: Callable[[Any], np.ndarray] | None = None
    ) -> Judged:
        """Judge a split of packed pictures, or the rows of it that `choose` returns."""
        pictures = load_split(data, split, cache)
        rows = slice(None) if choose is None else choose(pictures)  # a slice leaves the pixels on disk
        return Judged(
            names=pictures.names[rows],
            logits=self(pictures.images[rows]),
            labels=pictures.labels[rows],
            sources=pictures.sources[rows],
        )


def calibrate(judge: Judge, data: Path, cache: Path) -> tuple[Scaling, Doubt]:
    """Return the logits' scaling and the limits of `unsure`, all from the validation pictures alone."""
    val = judge.packed(data, "val", cache)
    scaling = choose_scaling(val.logits, val.labels)
    return scaling, choose_doubt(scaling.logits(val.logits), scaling.temperature)


def measure(judge: Judge, data: Path, cache: Path, temperature: float, doubt: Doubt) -> dict[str, Any]:
    """Return the figures of the card."""
    val = judge.packed(data, "val", cache)
    held_out = judge.packed(data, "varied", cache, held_out_rows)
    others = judge.packed(
        data,
        "other_train",
        cache,
        lambda pictures: np.flatnonzero(np.arange(len(pictures)) % OTHER_HELD_OUT == 0),
    )
    web, strangers = judge.photos(data, "test_web"), judge.photos(data, "ood_dev")
    figures: dict[str, Any] = {
        name: answers_and_curves(judged, temperature, doubt)
        for name, judged in (("val", val), ("test_web", web), ("held_out_sources", held_out))
    }
    figures["calibration"] = calibration_report(val.logits, val.labels, temperature)
    figures["test_web"]["by_source"] = by_source(web.logits, web.labels, web.sources)
    figures["held_out_sources"]["by_source"] = by_source(held_out.logits, held_out.labels, held_out.sources)
    figures["other"] = {
        "ood_dev": outsiders(strangers, temperature, doubt),
        "held_out_other_train": outsiders(others, temperature, doubt),
        "auroc_ood_dev_against_val": round(auroc(p_other(val.logits), p_other(strangers.logits)), 4),
        "roc_ood_dev_against_val": roc(p_other(val.logits), p_other(strangers.logits)),
        "auroc_ood_dev_against_test_web": round(auroc(p_other(web.logits), p_other(strangers.logits)), 4),
        "auroc_ood_dev_against_val_by_confidence_alone": round(
            auroc(-confidence(val.logits, temperature), -confidence(strangers.logits, temperature)), 4
        ),
    }
    pixels = load_split(data, "val", cache).images
    figures["robustness"] = {
        name: only_accuracy(answers(judge([spoil(p) for p in pixels]), val.labels, temperature, doubt))
        for name, spoil in SPOILED.items()
    }
    learned_from = {name: judge.packed(data, name, cache) for name in ("train", "extra", "varied")}
    figures["label_suspects"] = list_suspects({"val": val, **learned_from}, temperature)
    return figures


def answers_and_curves(judged: Judged, temperature: float, doubt: Doubt) -> dict[str, Any]:
    """Return the figures of a set of cats and dogs with its curves."""
    return {
        **answers(judged.logits, judged.labels, temperature, doubt),
        "calibration_error_by_chance": round(error_by_chance(confidence(judged.logits, temperature))[0], 4),
        "roc": roc_dog(judged.logits, judged.labels),
        "reliability": reliability(judged.logits, judged.labels, temperature),
        "risk_coverage": risk_coverage(judged.logits, judged.labels, temperature),
    }


def only_accuracy(figures: dict[str, Any]) -> dict[str, Any]:
    """Return accuracy and its interval alone."""
    return {name: figures[name] for name in ("accuracy", "interval_95")}


def outsiders(judged: Judged, temperature: float, doubt: Doubt) -> dict[str, Any]:
    """Return how many pictures of neither animal are called unsure, in all and by source."""
    silent = unsure(judged.logits, temperature, doubt)
    return {
        "pictures": len(silent),
        "unsure": round(float(silent.mean()), 4),
        "said": said(judged.logits, temperature, doubt),
        "unsure_by_source": {
            source: round(float(silent[judged.sources == source].mean()), 4)
            for source in sorted(set(judged.sources.tolist()))
        },
    }


def main(words: list[str] | None = None) -> None:
    """Print the figures of a weights file as JSON, and renew its card where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the picture archives")
    parser.add_argument("--weights", type=Path, default=Path(__file__).with_name(f"{NAME}.safetensors"))
    parser.add_argument("--pixels", type=Path, help="folder of decoded pictures, to decode them once only")
    parser.add_argument("--renew", action="store_true", help="write the figures into the card of the weights")
    args = parser.parse_args(words)
    tensors, facts = read_weights(args.weights)
    judge = Judge(tensors, *read_stack(facts["stack"], tensors))
    doubt = Doubt(facts["unsure"]["max_other"], facts["unsure"]["min_confidence"])
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(judge, args.data, args.pixels or Path(folder), facts["temperature"], doubt)
    print(json.dumps(figures, indent=2))
    if args.renew:
        renew(args.weights, figures)


def renew(weights: Path, figures: dict[str, Any]) -> None:
    """Write figures into the card beside the weights; ValueError when the card is of other weights."""
    path = weights.with_suffix(".json")
    card = read_card(path)
    if card["weights_sha256"] != checksum(weights):
        raise ValueError(f"{path} is the card of other weights")
    write_card(path, {**card, "figures": figures, "known_failures": KNOWN_FAILURES, **measured_apart()})


if __name__ == "__main__":
    main()
