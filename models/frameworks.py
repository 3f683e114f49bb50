"""Measures the same short training in PyTorch and in Keras, and writes models/frameworks.json and the card.

`python -m models.frameworks --data DIR --teacher-targets FILE`: the same pictures, first weights, batches, side
and schedule; each framework in a process of its own, one after the other; every picture is checked at the end.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import inspect
import multiprocessing
import os
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from models import net as torch_net
from models import run as torch_run
from models import schedule
from models.batch import BATCH_SIZE, Dealer, make_pools
from models.card import FRAMEWORKS as RESULT
from models.card import main as tell_card
from models.card import to_text
from models.check import Checks, checks_of, scores_of
from models.net import Network
from models.place import Place, processor_name
from models.run import Plan, Run
from models.train import load_splits, parse_arguments

WHAT = (
    "The same short training in PyTorch and in Keras 3 on its torch backend: same pictures, first weights, batches, "
    "augmentation, loss and schedule; one process after the other. Accuracy is the averaged network's, on whole "
    "pictures. Memory is the process's own, without mapped files. Lines leave out docstrings, comments and "
    "wrapping. Few epochs: no measure of what either can reach."
)
SIDES = ((1.0, 64, 80),)  # trained at, checked at: small, and the same from first step to last


def code_lines(*parts: Any) -> int:
    """Count the lines of functions and classes, each statement on one: no docstrings, comments, blank lines."""
    count = 0
    for part in parts:
        tree = ast.parse(textwrap.dedent(inspect.getsource(part)))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
                del node.body[0]
        count += sum(bool(line.strip()) for line in ast.unparse(tree).splitlines())
    return count


def lines_of_torch() -> dict[str, int]:
    """Lines of the network as it learns, and of what trains it."""
    block, whole = torch_net.Block, torch_net.Network
    folding = code_lines(block.folded, whole.folded)
    loop = (Run.__init__, Run.epoch, Run._take_step, torch_run.optimizer_for, torch_run.update_average)
    return {"network": code_lines(block, whole) - folding, "training": code_lines(*loop)}


def lines_of_keras() -> dict[str, int]:
    """The same of Keras."""
    from models import keras_net, keras_train

    loop = [keras_train.batches, keras_train.loss, keras_train.right, keras_train.compiled, keras_train.fit]
    loop += [keras_train.Schedule, keras_train.Average]
    return {
        "network": code_lines(keras_net.SummedConv, keras_net.trained_model),
        "training": code_lines(*loop),
    }


class Memory:
    """Watches this process's own memory, without the pictures' files that are mapped into it (Linux)."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            status = Path("/proc/self/status").read_text()
            own = next(line for line in status.splitlines() if line.startswith("RssAnon"))
            self.peak_mb = max(self.peak_mb, int(own.split()[1]) / 1024)


def train_in_torch(plan: Plan, dealer: Dealer, checks: Checks) -> list[dict[str, float]]:
    """Train in PyTorch; return time, loss and accuracies of each epoch."""
    run, epochs = Run(plan, dealer.place, dealer), []
    while run.progress() < 1.0:
        began, began_cpu = time.monotonic(), time.process_time()
        seen = run.epoch()
        figures = {"seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - began_cpu}
        figures["loss"] = sum(seen.losses) / len(seen.losses)
        epochs.append(figures | scores_of(run.average, checks, seen.check_side))
    return epochs


def train_in_keras(plan: Plan, dealer: Dealer, checks: Checks) -> list[dict[str, float]]:
    """Train in Keras from the first weights of PyTorch; return the same figures."""
    from models import keras_train
    from models.keras_convert import from_network

    torch.manual_seed(plan.seed)
    model = from_network(Network(plan.chain))
    _, _, history = keras_train.fit(model, plan, dealer, checks)
    names = ("seconds", "cpu_seconds", "loss", *checks)
    rows = zip(*(history[name] for name in names), strict=True)
    return [dict(zip(names, map(float, row), strict=True)) for row in rows]


def measure(framework: str, args: argparse.Namespace) -> dict[str, Any]:
    """Train in this process and return what it took."""
    torch.set_num_threads(args.threads)
    schedule.SIDES = SIDES
    splits = load_splits(args, place := Place(torch.device("cpu")))
    dealer, checks = Dealer(make_pools(splits, args.seed), args.seed, place), checks_of(splits)
    learn = train_in_torch if framework == "torch" else train_in_keras
    load = [os.getloadavg()[0]]
    with Memory() as memory:
        epochs = learn(Plan.of(args), dealer, checks)
    load.append(os.getloadavg()[0])
    return {
        "version": f"{framework} {version(framework)}",
        "lines": lines_of_torch() if framework == "torch" else lines_of_keras(),
        "peak_mb": round(memory.peak_mb),
        "load_average": [round(value, 1) for value in load],
        "pictures_checked": {name: len(rows) for name, (_, rows) in checks.items()},
        "epochs": [{name: round(value, 4) for name, value in epoch.items()} for epoch in epochs],
    }


def compare(args: argparse.Namespace) -> dict[str, Any]:
    """Measure each framework in a fresh process of its own, one after the other."""
    results = {}
    for framework in ("torch", "keras"):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            results[framework] = process.submit(measure, framework, args).result()
    return {
        "what": WHAT,
        "date": datetime.date.today().isoformat(),
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "threads": args.threads,
        "batch": BATCH_SIZE,
        "steps_per_epoch": args.steps_per_epoch,
        "pictures_seen": args.epochs * args.steps_per_epoch * BATCH_SIZE,
        "sides": {"trained": SIDES[0][1], "checked": SIDES[0][2]},
        "seed": args.seed,
        "chain": args.chain,
        "frameworks": results,
    }


def table(figures: dict[str, Any]) -> str:
    """Return the comparison as a Markdown table."""
    torch_side, keras_side = (figures["frameworks"][name] for name in ("torch", "keras"))

    def row(name: str, value: Callable[[dict[str, Any]], str]) -> str:
        return f"| {name} | {value(torch_side)} | {value(keras_side)} |"

    def each(name: str, form: str, scale: float = 1.0) -> Callable[[dict[str, Any]], str]:
        return lambda side: ", ".join(format(scale * epoch[name], form) for epoch in side["epochs"])

    rows = [
        row("", lambda side: side["version"]),
        "| --- | --- | --- |",
        row("lines of the network", lambda side: str(side["lines"]["network"])),
        row("lines of the training loop", lambda side: str(side["lines"]["training"])),
        row("processor seconds an epoch", each("cpu_seconds", ".0f")),
        row("seconds on the clock an epoch", each("seconds", ".0f")),
        row("peak memory, MB", lambda side: str(side["peak_mb"])),
        row("loss of each epoch", each("loss", ".3f")),
        row("right of the validation pictures, %", each("val", ".1f", 100.0)),
        row("right of other sources, %", each("held out", ".1f", 100.0)),
    ]
    return "\n".join(rows)


def main(words: list[str] | None = None) -> None:
    """Compare with the arguments of `models.train`, write the figures, into the card too, and print the table."""
    short = ["--epochs", "2", "--steps-per-epoch", "200", "--threads", "1"]
    args = parse_arguments([*short, *(sys.argv[1:] if words is None else words)])
    figures = compare(args)
    RESULT.write_text(to_text(figures) + "\n", encoding="utf-8")
    tell_card()
    print(table(figures))


if __name__ == "__main__":
    main()
