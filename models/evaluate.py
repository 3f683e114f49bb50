"""Recomputes every figure of the card from the served weights: `python -m models.evaluate --data DIR`."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from torch import Tensor

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
    fit_temperature,
    p_other,
    unsure,
)
from models.net import Step
from models.served import NAME, read_stack, read_weights, served_logits

Spoil = Callable[[np.ndarray], np.ndarray]

# What a user's photo may suffer: the card says how much each costs on the validation pictures.
SPOILED: dict[str, Spoil] = {
    "turned by 90 degrees": lambda picture: np.ascontiguousarray(np.rot90(picture)),
    "upside down": lambda picture: np.ascontiguousarray(picture[::-1, ::-1]),
    "without colour": lambda picture: np.repeat(
        cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2
    ),
    "half as bright": lambda picture: picture // 2,
    "blurred (sigma 2 of 128 pixels)": lambda picture: cv2.GaussianBlur(picture, (0, 0), 2.0),
    "animal small (half the side, mirrored border)": lambda picture: cv2.resize(
        cv2.copyMakeBorder(picture, *[picture.shape[0] // 2] * 4, cv2.BORDER_REFLECT_101),
        (picture.shape[1], picture.shape[0]),
        interpolation=cv2.INTER_AREA,
    ),
}


@dataclass(frozen=True)
class Judged:
    """Logits (N, 3) of a set of pictures, with labels and sources."""

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
            logits=self([decode(encoded) for _, encoded in members]),
            labels=np.array([LABELS.index(name.split("/")[0]) for name, _ in members]),
            sources=np.array([sources.get(name, split) for name, _ in members]),
        )

    def packed(
        self, data: Path, split: str, cache: Path, choose: Callable[[Any], np.ndarray] | None = None
    ) -> Judged:
        """Judge a split of packed pictures, or the rows of it that `choose` returns."""
        pictures = load_split(data, split, cache)
        rows = np.arange(len(pictures)) if choose is None else choose(pictures)
        return Judged(self(pictures.images[rows]), pictures.labels[rows], pictures.sources[rows])


def calibrate(judge: Judge, data: Path, cache: Path) -> tuple[float, Doubt]:
    """Return temperature and limits of `unsure`, both from the validation pictures alone."""
    val = judge.packed(data, "val", cache)
    temperature = round(fit_temperature(val.logits, val.labels), 4)
    return temperature, choose_doubt(val.logits, temperature)


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
        name: answers(judged.logits, judged.labels, temperature, doubt)
        for name, judged in (("val", val), ("test_web", web), ("held_out_sources", held_out))
    }
    figures["test_web"]["by_source"] = by_source(web.logits, web.labels, web.sources)
    figures["held_out_sources"]["by_source"] = by_source(held_out.logits, held_out.labels, held_out.sources)
    figures["other"] = {
        "ood_dev": outsiders(strangers, temperature, doubt),
        "held_out_other_train": outsiders(others, temperature, doubt),
        "auroc_ood_dev_against_val": round(auroc(p_other(val.logits), p_other(strangers.logits)), 4),
        "auroc_ood_dev_against_test_web": round(auroc(p_other(web.logits), p_other(strangers.logits)), 4),
        "auroc_ood_dev_against_val_by_confidence_alone": round(
            auroc(-confidence(val.logits, temperature), -confidence(strangers.logits, temperature)), 4
        ),
    }
    pixels = load_split(data, "val", cache).images
    figures["val_spoiled"] = {
        name: answers(judge([spoil(picture) for picture in pixels]), val.labels, temperature, doubt)[
            "accuracy"
        ]
        for name, spoil in SPOILED.items()
    }
    return figures


def outsiders(judged: Judged, temperature: float, doubt: Doubt) -> dict[str, Any]:
    """Return how many pictures of neither animal are called unsure, in all and by source."""
    silent = unsure(judged.logits, temperature, doubt)
    return {
        "pictures": len(silent),
        "unsure": round(float(silent.mean()), 4),
        "unsure_by_source": {
            source: round(float(silent[judged.sources == source].mean()), 4)
            for source in sorted(set(judged.sources.tolist()))
        },
    }


def main(words: list[str] | None = None) -> None:
    """Print the figures of a weights file as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the picture archives")
    parser.add_argument("--weights", type=Path, default=Path(__file__).with_name(f"{NAME}.safetensors"))
    args = parser.parse_args(words)
    tensors, facts = read_weights(args.weights)
    chain, side = read_stack(facts["stack"], tensors)
    doubt = Doubt(facts["unsure"]["max_other"], facts["unsure"]["min_confidence"])
    with tempfile.TemporaryDirectory() as cache:
        figures = measure(Judge(tensors, chain, side), args.data, Path(cache), facts["temperature"], doubt)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
