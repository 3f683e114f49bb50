"""Trains the network in Keras 3: the pools, augmentation, loss and schedule of `models.train`, by `model.fit`.

`python -m models.train --framework keras --data DIR --epochs 2` calls this. What `fit` does not know of itself it
is told in callbacks: the learning rate of each step, the averaged weights, the accuracy on whole pictures. One
process, float32, no resuming. Weights and card have the form of the PyTorch training and go to `--out`, or to
`keras` in the folder of work, so that the released ones stay.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.augment import augment
from models.batch import Dealer, make_pools
from models.check import Checks, accuracy, checks_of, renew_statistics, whole
from models.export import release
from models.keras_convert import to_network
from models.keras_net import keras, trained_model
from models.loss import catdog_loss
from models.place import open_place
from models.run import AVERAGE, DECAY, LONGEST_GRADIENT, RATE, Plan
from models.schedule import SERVED_SIDE, rate_share, sides


@dataclass
class Clock:
    """Where a run stands: steps done, seconds since its start, and so its share of the plan."""

    plan: Plan
    step: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    def progress(self, step: int) -> float:
        """How much of the run is done at a step, 0 to 1."""
        return self.plan.progress(step, self.seconds)


def batches(dealer: Dealer, clock: Clock) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the batches of `Run`: pictures (N, side, side, 3), and labels beside the teacher's logits (N, 2)."""
    generator = torch.Generator(dealer.place.device)
    step = 0
    while True:
        images, labels, teacher = dealer.deal(step)
        generator.manual_seed(clock.plan.seed * 1_000_003 + step)
        pixels = augment(images, sides(clock.progress(step))[0], generator)
        yield pixels.permute(0, 2, 3, 1), torch.stack([labels.float(), teacher], dim=1)
        step += 1


def loss(targets: Tensor, logits: Tensor) -> Tensor:
    """Return `catdog_loss` of targets (N, 2): label and the teacher's dog logit."""
    return catdog_loss(logits, targets[:, 0].long(), targets[:, 1])


def right(targets: Tensor, logits: Tensor) -> Tensor:
    """Return for each picture whether the largest logit is its label's."""
    return (logits.argmax(dim=1) == targets[:, 0]).float()


def compiled(model: keras.Model) -> keras.Model:
    """Give a model its loss, and AdamW with weight decay on the kernels alone."""
    optimizer = keras.optimizers.AdamW(
        RATE, weight_decay=DECAY, epsilon=1e-8, global_clipnorm=LONGEST_GRADIENT
    )
    optimizer.exclude_from_weight_decay([v for v in model.trainable_variables if v.name not in ("w3", "w1")])
    model.compile(optimizer, loss=loss, metrics=[right])
    return model


class Schedule(keras.callbacks.Callback):
    """Sets the learning rate before each step, counts steps, and ends the run."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.model.optimizer.learning_rate = RATE * rate_share(self.clock.progress(self.clock.step))

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.clock.step += 1
        self.model.stop_training = self.clock.progress(self.clock.step) >= 1.0


class Average(keras.callbacks.Callback):
    """Moves averaged weights and statistics towards the current ones after each step, as `update_average` does."""

    def __init__(self, average: keras.Model) -> None:
        super().__init__()
        self.average, self.step = average, 0

    @torch.no_grad()
    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.step += 1
        weight = 1.0 - min(AVERAGE, (1.0 + self.step) / (10.0 + self.step))
        slow, fast = ([v.value.data for v in model.weights] for model in (self.average, self.model))
        torch._foreach_lerp_(slow, fast, weight)


class Check(keras.callbacks.Callback):
    """Adds to an epoch's history its time, and the averaged network's accuracy on whole pictures."""

    def __init__(self, average: keras.Model, checks: Checks, clock: Clock, device: torch.device) -> None:
        super().__init__()
        self.average, self.checks, self.clock, self.device = average, checks, clock, device

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.began = self.clock.seconds, time.process_time()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None
        logs["seconds"] = self.clock.seconds - self.began[0]
        logs["cpu_seconds"] = time.process_time() - self.began[1]
        side = sides(self.clock.progress(max(self.clock.step - 1, 0)))[1]
        for name, (pictures, rows) in self.checks.items():
            logits = predict(self.average, pictures.images, rows, side, self.device)
            logs[name] = accuracy(logits, pictures.labels[rows])


def predict(
    model: keras.Model, images: np.ndarray, rows: np.ndarray, side: int, device: torch.device
) -> Tensor:
    """Return the logits (N, 3) of whole pictures, squeezed to `side` as in serving."""
    parts = (whole(images[rows[i : i + 100]], side, device) for i in range(0, len(rows), 100))
    return torch.cat([torch.from_numpy(model.predict_on_batch(x.permute(0, 2, 3, 1))) for x in parts])


def fit(
    model: keras.Model, plan: Plan, dealer: Dealer, checks: Checks
) -> tuple[keras.Model, Clock, dict[str, list[float]]]:
    """Train a model by a plan; return the averaged model, the clock at its end, and what each epoch showed."""
    average = trained_model(plan.chain)
    average.set_weights(model.get_weights())
    clock = Clock(plan)
    history = compiled(model).fit(
        batches(dealer, clock),
        steps_per_epoch=plan.steps_per_epoch,
        shuffle=False,
        epochs=plan.epochs or 1_000_000,  # by minutes, `Schedule` ends it
        callbacks=[Schedule(clock), Average(average), Check(average, checks, clock, dealer.place.device)],
        verbose=1 if sys.stdout.isatty() else 2,
    )
    return average, clock, history.history


def train(args: argparse.Namespace) -> dict[str, Any]:
    """Train as `models.train` is asked to, write weights and card, and return the card.

    Raises ValueError for what this training does not do: to resume, and to share a run between processes.
    """
    from models.train import facts_of_run, load_splits  # here, as that module calls this one

    if args.resume:
        raise ValueError("the Keras training does not resume")
    with open_place(args.device, args.threads) as place, keras.device(place.device.type):
        if place.ranks > 1:
            raise ValueError("the Keras training runs in one process")
        splits = load_splits(args, place)
        dealer = Dealer(make_pools(splits, args.seed), args.seed, place)
        keras.utils.set_random_seed(args.seed)
        model = trained_model(args.chain)
        average, clock, _ = fit(model, Plan.of(args), dealer, checks_of(splits))
    net = to_network(average)
    renew_statistics(net, dealer.pools["main"], SERVED_SIDE)
    facts = facts_of_run(args, clock.step, clock.seconds, place) | {"keras": keras.__version__}
    out = args.out if args.out != Path(__file__).parent else args.work / "keras"
    return release(net, args.data, args.work, out, facts)
