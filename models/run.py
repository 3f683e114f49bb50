"""A training run in progress: its weights, their average and its place in the schedule; it can be resumed."""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from models.augment import augment
from models.batch import BATCH_SIZE, Dealer
from models.loss import catdog_loss
from models.net import Network
from models.place import Place
from models.restart import unfold
from models.schedule import SERVED_SIDE, rate_share, sides

RATE = 3e-3  # AdamW's, for batches of 64
RESTART = 1 / 3  # of it, where trained weights go on
DECAY = 0.05  # on kernels only
AVERAGE = 0.998  # of the weights, per step
LONGEST_GRADIENT = 5.0


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


@dataclass(frozen=True)
class Plan:
    """What a run is to be: its length in epochs or in minutes of wall clock, seed and chain.

    One that goes on from trained weights `restarts`: a third of the rate, at the largest size from the beginning.
    """

    chain: str
    seed: int
    steps_per_epoch: int
    epochs: int | None
    minutes: float | None
    restarts: bool = False

    @classmethod
    def of(cls, args: argparse.Namespace) -> Plan:
        """Read the plan off the command line."""
        return cls(args.chain, args.seed, args.steps_per_epoch, args.epochs, args.minutes, bool(args.start))

    def progress(self, step: int, seconds: float) -> float:
        """Return how much of the run is done, 0 to 1."""
        if self.epochs is not None:
            return step / (self.epochs * self.steps_per_epoch)
        assert self.minutes is not None
        return seconds / (60.0 * self.minutes)

    def rate(self, progress: float) -> float:
        """The learning rate."""
        return RATE * rate_share(progress) * (RESTART if self.restarts else 1.0)

    def sides(self, progress: float) -> tuple[int, int]:
        """The sides trained and checked at."""
        return sides(1.0 if self.restarts else progress)


@dataclass
class Epoch:
    """What an epoch showed: each step's loss and share right, and the last sides trained and checked at."""

    losses: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    side: int = 0
    check_side: int = 0


class Run:
    """A run: `resume`, then `epoch` by `epoch` until it `is_over`, `save` after each."""

    def __init__(self, plan: Plan, place: Place, dealer: Dealer) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.place, self.dealer = plan, place, dealer
        self.net = Network(plan.chain).to(place.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.net).eval()
        self.learner = place.parallel(self.net)
        self.optimizer = optimizer_for(self.net)
        self.generator = torch.Generator(place.device)
        self.step = 0
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds trained, resumes added up."""
        return time.monotonic() - self._began

    def progress(self) -> float:
        """How much of the run is done, 0 to 1; the same in every process."""
        return self.place.agreed(self.plan.progress(self.step, self.seconds))

    def start(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from released weights."""
        unfold(self.net, tensors, self.dealer.pools["main"], SERVED_SIDE)
        self.average.load_state_dict(self.net.state_dict())

    def resume(self, checkpoint: Path) -> None:
        """Go on from a checkpoint."""
        state = torch.load(checkpoint, weights_only=True, map_location=self.place.device)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        self._began = time.monotonic() - state["seconds"]

    def save(self, checkpoint: Path, scores: dict[str, float]) -> None:
        """Write a checkpoint so that a crash leaves the old or the new one, never half of one."""
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seed": self.plan.seed,
            "seconds": self.seconds,
            "chain": self.plan.chain,
            "batch": BATCH_SIZE,
            "scores": scores,
        }
        partial = checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.rename(checkpoint)

    def epoch(self) -> Epoch:
        """Train to the end of the epoch, or of the run."""
        self.learner.train()
        seen = Epoch()
        end = (self.step // self.plan.steps_per_epoch + 1) * self.plan.steps_per_epoch
        with tqdm(total=end - self.step, mininterval=20.0, ncols=110, disable=not self.place.leads) as bar:
            while self.step < end and (progress := self.progress()) < 1.0:
                seen.side, seen.check_side = self.plan.sides(progress)
                loss, right = self._take_step(seen.side, self.plan.rate(progress))
                seen.losses.append(loss)
                seen.right.append(right)
                bar.set_postfix_str(self._shown(seen, progress), refresh=False)
                bar.update()
        return seen

    def _take_step(self, side: int, rate: float) -> tuple[float, float]:
        """Learn from one batch; return loss and share right of this process's part of it."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        images, labels, teacher = self.dealer.deal(self.step)
        self.generator.manual_seed(self.plan.seed * 1_000_003 + self.step + (self.place.rank << 40))
        pixels = augment(images, side, self.generator)
        with self.place.autocast():
            logits = self.learner(pixels)
        loss = catdog_loss(logits.float(), labels, teacher)
        self.optimizer.zero_grad(set_to_none=True)
        # gradients are averaged over the processes, whose shares may differ by a picture or so
        (loss * (len(labels) * self.place.ranks / BATCH_SIZE)).backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), LONGEST_GRADIENT)
        self.optimizer.step()
        self.step += 1
        if self.place.leads:
            update_average(self.average, self.net, self.step)
        return loss.item(), float((logits.argmax(dim=1) == labels).float().mean())

    def _shown(self, seen: Epoch, progress: float) -> str:
        left = self.seconds * (1.0 / max(progress, 1e-6) - 1.0)
        return (
            f"{seen.side}px loss {np.mean(seen.losses[-100:]):.3f} acc {np.mean(seen.right[-100:]):.3f} "
            f"left {left / 60:.0f}min"
        )
