"""Trains the cat/dog network.

`python -m models.train --data DIR --teacher-targets FILE --minutes 104` gave the released weights: 94.8 %
of the 2,000 validation pictures right (95 % interval 93.7 to 95.6), 92.0 % of 634 photos from other sources
(89.6 to 93.8). One run, seed 1, 0.95 million pictures seen, on two shared cores of an AMD EPYC, no GPU. The
card's `training.note` tells what was changed after epoch 10 of that run.
"""

from __future__ import annotations

import argparse
import copy
import datetime
import math
import os
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from models.augment import augment, normalize
from models.data import (
    OTHER_HELD_OUT,
    STORED,
    Pictures,
    Pool,
    held_out_rows,
    load_split,
    squeeze,
    training_rows,
)
from models.export import release
from models.generated import generated_pictures
from models.loss import OTHER, catdog_loss
from models.net import CHAIN, Network
from models.schedule import SERVED_SIDE, SIDES, rate_share, sides

BATCH = {"main": 38, "varied": 18, "other": 6}  # pictures of each pool in a batch of 64 ...
GENERATED = 2  # ... and of these, drawn for the step
STEPS_PER_EPOCH = 540  # about one round of the main pool
RATE = 3e-3  # AdamW's, for batches of 64
DECAY = 0.05  # on kernels only
AVERAGE = 0.998  # of the weights, per step


def optimizer_for(net: Network) -> torch.optim.AdamW:
    """Return AdamW with weight decay on the kernels alone."""
    kernels = [p for name, p in net.named_parameters() if name.endswith((".w3", ".w1"))]
    others = [p for name, p in net.named_parameters() if not name.endswith((".w3", ".w1"))]
    groups = [{"params": kernels, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=RATE, foreach=True)


@torch.no_grad()
def update_average(average: nn.Module, net: nn.Module, step: int) -> None:
    """Move the averaged weights (and batch-norm statistics) towards the current ones."""
    weight = 1.0 - min(AVERAGE, (1.0 + step) / (10.0 + step))
    current = net.state_dict()
    pairs = [(slow, current[name]) for name, slow in average.state_dict().items() if slow.is_floating_point()]
    torch._foreach_lerp_([slow for slow, _ in pairs], [fast for _, fast in pairs], weight)


@torch.no_grad()
def predict(net: nn.Module, images: np.ndarray, rows: np.ndarray, side: int) -> Tensor:
    """Return the logits (N, 3) of whole pictures, squeezed to `side` as in serving."""
    net.eval()
    logits = []
    for start in range(0, len(rows), 100):
        pixels = np.stack([squeeze(images[row], side) for row in rows[start : start + 100]])
        x = normalize(torch.from_numpy(pixels).permute(0, 3, 1, 2))
        logits.append(net(x.contiguous(memory_format=torch.channels_last)))
    return torch.cat(logits)


def accuracy(logits: Tensor, labels: np.ndarray) -> float:
    """Return the share of pictures whose larger one of the cat and dog logits is right."""
    return float((logits[:, :2].argmax(dim=1).numpy() == labels).mean())


@torch.no_grad()
def renew_statistics(net: Network, pool: Pool, side: int, most: int = 60) -> None:
    """Set the batch-norm statistics anew to the mean over whole training pictures at the served side."""
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over the batches
    net.train()
    for number in range(min(most, math.ceil(len(pool) / 64))):
        pictures = pool.pictures(pool.chosen(number, 64))
        x = torch.from_numpy(np.stack([squeeze(picture, side) for picture in pictures])).permute(0, 3, 1, 2)
        net(normalize(x).contiguous(memory_format=torch.channels_last))
    for norm in norms:
        norm.momentum = 0.1
    net.eval()


def draw(pools: dict[str, Pool], step: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return pictures, labels and teacher logits of a step's batch."""
    images, labels, teacher = [], [], []
    for name, count in BATCH.items():
        indices = pools[name].chosen(step, count)
        images.append(pools[name].pictures(indices))
        labels.append(pools[name].labels[indices])
        teacher.append(pools[name].teacher[indices])
    images.append(generated_pictures((seed, step), GENERATED, STORED))
    labels.append(np.full(GENERATED, OTHER, dtype=np.int64))
    teacher.append(np.full(GENERATED, np.nan, dtype=np.float32))
    joined = [np.concatenate(parts) for parts in (images, labels, teacher)]
    return torch.from_numpy(joined[0]), torch.from_numpy(joined[1]), torch.from_numpy(joined[2])


def make_pools(splits: dict[str, Pictures], seed: int) -> dict[str, Pool]:
    """Return the pools that batches are dealt from; nothing held out is in them."""
    others = np.arange(len(splits["other_train"]))
    main = [(splits[name], training_rows(splits[name])) for name in ("train", "extra")]
    return {
        "main": Pool(main, seed),
        "varied": Pool([(splits["varied"], training_rows(splits["varied"]))], seed + 1),
        "other": Pool([(splits["other_train"], others[others % OTHER_HELD_OUT != 0])], seed + 2),
    }


def save(path: Path, **state: object) -> None:
    """Write a checkpoint so that a crash leaves the old or the new one, never half of one."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.rename(path)


def facts_of_run(args: argparse.Namespace, step: int, seconds: float) -> dict[str, Any]:
    """Return what the card says of a run."""
    cpuinfo = Path("/proc/cpuinfo")
    models = (
        [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        if cpuinfo.exists()
        else []
    )
    processor = models[0].split(":")[1].strip() if models else platform.processor()
    return {
        "date": datetime.date.today().isoformat(),
        "seed": args.seed,
        "runs": 1,
        "hardware": f"{os.cpu_count()} cores of {processor}, {args.threads} threads, no GPU",
        "minutes": round(seconds / 60.0, 1),
        "steps": step,
        "epochs": round(step / args.steps_per_epoch, 2),
        "pictures_seen": step * (sum(BATCH.values()) + GENERATED),
        "batch": BATCH | {"generated": GENERATED},
        "rate": RATE,
        "weight_decay": DECAY,
        "weight_average": AVERAGE,
        "chain": args.chain,
        "sides": [list(side) for side in SIDES],
        "teacher": args.teacher_targets is not None,
        "torch": str(torch.__version__),
    }


def parse_arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the picture archives")
    parser.add_argument("--teacher-targets", type=Path, help="targets.csv of the teacher")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument(
        "--minutes", type=float, help="length of the run in minutes of wall clock, resumes added up"
    )
    length.add_argument("--epochs", type=int, help="length of the run in epochs")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where weights and card go")
    parser.add_argument(
        "--work", type=Path, default=Path.home() / ".cache" / "convisor", help="pixels, checkpoints"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--chain", default=CHAIN)
    parser.add_argument("--steps-per-epoch", type=int, default=STEPS_PER_EPOCH)
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> None:
    """Train, checkpoint each epoch, then write weights and card."""
    args = parse_arguments(words)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    checkpoint = args.work / "last.pt"

    names = ("train", "extra", "varied", "other_train", "val")
    splits = {name: load_split(args.data, name, args.work / "pixels", args.teacher_targets) for name in names}
    pools = make_pools(splits, args.seed)
    checks = {
        "val": (splits["val"], np.arange(len(splits["val"]))),
        "held out": (splits["varied"], held_out_rows(splits["varied"])),
    }

    net = Network(args.chain).to(memory_format=torch.channels_last)
    average = copy.deepcopy(net).eval()
    optimizer = optimizer_for(net)
    step, spent = 0, 0.0
    if args.resume and checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["seconds"]

    began = time.monotonic() - spent

    def progress() -> float:
        if args.epochs is not None:
            return step / (args.epochs * args.steps_per_epoch)
        return (time.monotonic() - began) / (60.0 * args.minutes)

    generator = torch.Generator()
    while progress() < 1.0:
        net.train()
        losses, right = [], []
        epoch_end = (step // args.steps_per_epoch + 1) * args.steps_per_epoch
        bar = tqdm(total=epoch_end - step, mininterval=20.0, ncols=110)
        while step < epoch_end and progress() < 1.0:
            now = progress()
            side, check_side = sides(now)
            for group in optimizer.param_groups:
                group["lr"] = RATE * rate_share(now)
            images, labels, teacher = draw(pools, step, args.seed)
            generator.manual_seed(args.seed * 1_000_003 + step)
            logits = net(augment(images, side, generator))
            loss = catdog_loss(logits, labels, teacher)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            step += 1
            update_average(average, net, step)
            losses.append(loss.item())
            right.append(float((logits.argmax(dim=1) == labels).float().mean()))
            seconds = time.monotonic() - began
            left = seconds / max(progress(), 1e-6) - seconds
            bar.set_postfix_str(
                f"{side}px loss {np.mean(losses[-100:]):.3f} acc {np.mean(right[-100:]):.3f} "
                f"left {left / 60:.0f}min",
                refresh=False,
            )
            bar.update()
        bar.close()
        scores = {
            name: accuracy(predict(average, pictures.images, rows, check_side), pictures.labels[rows])
            for name, (pictures, rows) in checks.items()
        }
        shown = " ".join(f"{name} {100 * score:.1f}" for name, score in scores.items())
        print(
            f"epoch {step / args.steps_per_epoch:.2f} {seconds / 60:.1f} min, trained at {side}, checked at "
            f"{check_side}: loss {np.mean(losses):.4f} | {shown}",
            flush=True,
        )
        save(
            checkpoint,
            net=net.state_dict(),
            average=average.state_dict(),
            optimizer=optimizer.state_dict(),
            step=step,
            seed=args.seed,
            seconds=seconds,
            chain=args.chain,
            batch=sum(BATCH.values()) + GENERATED,
            scores=scores,
        )

    renew_statistics(average, pools["main"], SERVED_SIDE)
    run = facts_of_run(args, step, time.monotonic() - began)
    torch.save({"average": average.state_dict(), "chain": args.chain, "run": run}, args.work / "final.pt")
    card = release(average, args.data, args.work, args.out, run)
    for name in ("val", "held_out_sources", "test_web"):
        print(name, card["figures"][name]["accuracy"], card["figures"][name]["interval_95"], flush=True)


if __name__ == "__main__":
    main()
