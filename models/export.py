"""Turns a trained network into the served file and its card: fold, compare, calibrate, measure, write."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.augment import MEAN, STD, normalize
from models.card import KNOWN_FAILURES, TERMS, UNSURE_RULE, measured_apart, write_card
from models.data import HELD_OUT_SOURCES, squeeze
from models.evaluate import Judge, calibrate, measure
from models.figures import Doubt
from models.net import CHAIN, OUTPUTS, Network, folded_logits, parameter_count
from models.schedule import SERVED_SIDE
from models.served import NAME, checksum, halved, stack_text, write_weights

TOLERANCE = 1e-4  # between the logits of the trained and of the folded network, relative to their size
ARCHIVES = ("train", "extra", "varied", "other_train", "val", "test_web", "ood_dev")


@torch.no_grad()
def folding_error(net: Network, pictures: np.ndarray, side: int) -> float:
    """Return the largest difference between trained and folded logits over the largest logit (at least 1)."""
    net.eval()
    x = normalize(torch.from_numpy(np.stack([squeeze(p, side) for p in pictures])).permute(0, 3, 1, 2))
    trained, served = net(x), folded_logits(net.folded(), net.chain, x)
    return float((trained - served).abs().max() / trained.abs().max().clamp(min=1.0))


def facts_of(stack: str, temperature: float, doubt: Doubt) -> dict[str, Any]:
    """Return what the server needs to know, as it stands in the weights file and in the card."""
    return {
        "name": NAME,
        "format": 1,
        "stack": stack,
        "outputs": list(OUTPUTS),
        "classes": list(OUTPUTS[:2]),
        "temperature": temperature,
        "unsure": {"max_other": doubt.max_other, "min_confidence": doubt.min_confidence},
    }


def as_stored(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return tensors as the server reads them: rounded to float16, computed in float32."""
    return {name: tensor.float() for name, tensor in halved(tensors).items()}


def release(
    net: Network, data: Path, work: Path, out: Path, run: dict[str, Any], side: int = SERVED_SIDE
) -> dict[str, Any]:
    """Write out/catdog.safetensors and out/catdog.json; return the card.

    Raises ValueError when the folded network does not do what the trained one does.
    """
    cache = work / "pixels"
    pixels = np.load(cache / "val.npy", mmap_mode="r")
    error = folding_error(net, pixels[:64], side)
    if error > TOLERANCE:
        raise ValueError(f"folded logits differ by {error:.2e}, allowed {TOLERANCE:.0e}")
    tensors = net.folded()
    scaling, doubt = calibrate(Judge(as_stored(tensors), net.chain, side), data, cache)
    tensors["fc.bias"] = torch.from_numpy(scaling.logits(tensors["fc.bias"].numpy()))
    judge, temperature = Judge(as_stored(tensors), net.chain, side), scaling.temperature
    facts = facts_of(stack_text(net.chain, side), temperature, doubt)
    weights_path = out / f"{NAME}.safetensors"
    card = {
        **facts,
        "input": {"side": side, "fit": "squeeze", "filter": "area", "mean": list(MEAN), "std": list(STD)},
        "unsure_rule": UNSURE_RULE,
        "parameters": parameter_count(tensors),
        "storage": "float16, computed in float32",
        "folding_error": float(f"{error:.1e}"),
        "logit_shift": scaling.shift,
        "weights_sha256": write_weights(weights_path, tensors, facts),
        "weights_bytes": weights_path.stat().st_size,
        "figures": measure(judge, data, cache, temperature, doubt),
        "training": run,
        "data_sha256": {f"{name}.zip": checksum(data / f"{name}.zip") for name in ARCHIVES},
        "never_trained_on": ["val", "test_web", "ood_dev", *HELD_OUT_SOURCES],
        "terms": TERMS,
        "known_failures": KNOWN_FAILURES,
        **measured_apart(),
    }
    write_card(out / f"{NAME}.json", card)
    return card


def main(words: list[str] | None = None) -> None:
    """Export a checkpoint of `models.train`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="the folder of the run: decoded pictures")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument("--side", type=int, default=SERVED_SIDE)
    parser.add_argument("--run", type=json.loads, default={}, help="facts about the run, as JSON")
    args = parser.parse_args(words)
    state = torch.load(args.checkpoint, weights_only=True)
    net = Network(state.get("chain", CHAIN))
    net.load_state_dict(state["average"])
    card = release(net, args.data, args.work, args.out, state.get("run", {}) | args.run, args.side)
    print(
        json.dumps(
            {"temperature": card["temperature"], "unsure": card["unsure"], **card["figures"]}, indent=2
        )
    )


if __name__ == "__main__":
    main()
