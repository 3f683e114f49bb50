"""Trains the cat/dog network.

`python -m models.train --data DIR --teacher-targets FILE --minutes 200` gave the released weights: 95.2 %
of the 2,000 validation pictures right (95 % interval 94.1 to 96.0), 92.3 % of 634 photos from other sources
(89.9 to 94.1). One run, seed 1, 1.26 million pictures seen, on two shared cores of an AMD EPYC, no GPU. The
card's `training.note` tells what was changed on the way.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.batch import BATCH, BATCH_SIZE, GENERATED, Dealer, make_pools
from models.check import checks_of, renew_statistics, scores_of
from models.data import Pictures, load_split
from models.export import release
from models.net import CHAIN
from models.place import Place, open_place
from models.run import AVERAGE, DECAY, RATE, RESTART, Epoch, Plan, Run
from models.schedule import SERVED_SIDE, SIDES
from models.served import checksum, read_weights

SPLITS = ("train", "extra", "varied", "other_train", "val")
STEPS_PER_EPOCH = 540  # about one round of the main pool
EPOCHS = 28


def parse_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the picture archives")
    parser.add_argument("--teacher-targets", type=Path, help="targets.csv of the teacher")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, help=f"length of the run in epochs; {EPOCHS} unless told")
    length.add_argument("--minutes", type=float, help="length in minutes of wall clock, resumes added up")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where weights and card go")
    parser.add_argument(
        "--work", type=Path, default=Path.home() / ".cache" / "convisor", help="pixels, checkpoints"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument(
        "--start", type=Path, help="released weights to go on from, such as models/catdog.safetensors"
    )
    parser.add_argument("--framework", choices=("torch", "keras"), default="torch")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--chain", default=CHAIN)
    parser.add_argument("--steps-per-epoch", type=int, default=STEPS_PER_EPOCH)
    args = parser.parse_args(words)
    if args.minutes is None and args.epochs is None:
        args.epochs = EPOCHS
    return args


def load_splits(args: argparse.Namespace, place: Place) -> dict[str, Pictures]:
    """Load what is trained on and checked against; the leader decodes it, where it is not yet decoded."""
    with place.leader_first():
        return {
            name: load_split(args.data, name, args.work / "pixels", args.teacher_targets) for name in SPLITS
        }


def report(run: Run, epoch: Epoch, scores: dict[str, float]) -> None:
    """Print what an epoch showed."""
    shown = " ".join(f"{name} {100 * score:.1f}" for name, score in scores.items())
    print(
        f"epoch {run.step / run.plan.steps_per_epoch:.2f} {run.seconds / 60:.1f} min, trained at {epoch.side}, "
        f"checked at {epoch.check_side}: loss {np.mean(epoch.losses):.4f} | {shown}",
        flush=True,
    )


def facts_of_run(
    args: argparse.Namespace, step: int, seconds: float, place: Place | None = None
) -> dict[str, Any]:
    """Return what the card says of a run; without a place it ran on the CPU alone."""
    place = place or Place(torch.device("cpu"))
    return {
        "date": datetime.date.today().isoformat(),
        "seed": args.seed,
        "runs": 1,
        "hardware": place.hardware(args.threads),
        "minutes": round(seconds / 60.0, 1),
        "steps": step,
        "epochs": round(step / args.steps_per_epoch, 2),
        "pictures_seen": step * BATCH_SIZE,
        "batch": BATCH | {"generated": GENERATED},
        "rate": RATE * (RESTART if args.start else 1.0),
        "started_from": checksum(args.start) if args.start else None,
        "weight_decay": DECAY,
        "weight_average": AVERAGE,
        "chain": args.chain,
        "sides": [list(side) for side in SIDES],
        "teacher": args.teacher_targets is not None,
        "torch": str(torch.__version__),
    }


def publish(run: Run, args: argparse.Namespace) -> None:
    """Write weights and card of the averaged network, and print what it reaches."""
    renew_statistics(run.average, run.dealer.pools["main"], SERVED_SIDE)
    net, facts = run.average.cpu(), facts_of_run(args, run.step, run.seconds, run.place)
    torch.save({"average": net.state_dict(), "chain": args.chain, "run": facts}, args.work / "final.pt")
    figures = release(net, args.data, args.work, args.out, facts)["figures"]
    for name in ("val", "held_out_sources", "test_web"):
        print(name, figures[name]["accuracy"], figures[name]["interval_95"], flush=True)


def main(words: list[str] | None = None) -> None:
    """Train, checkpoint each epoch, then write weights and card."""
    args = parse_arguments(words)
    if args.framework == "keras":
        importlib.import_module("models.keras_train").train(args)  # Keras is needed for nothing else
        return
    checkpoint = args.work / "last.pt"
    with open_place(args.device, args.threads) as place:
        splits = load_splits(args, place)
        checks = checks_of(splits)
        dealer = Dealer(make_pools(splits, args.seed), args.seed, place)
        run = Run(Plan.of(args), place, dealer)
        if args.start:
            run.start(read_weights(args.start)[0])
        if args.resume and checkpoint.exists():
            run.resume(checkpoint)
        while run.progress() < 1.0:
            epoch = run.epoch()
            if place.leads:
                scores = scores_of(run.average, checks, epoch.check_side)
                report(run, epoch, scores)
                run.save(checkpoint, scores)
    if place.leads:
        publish(run, args)


if __name__ == "__main__":
    main()
