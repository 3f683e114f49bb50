"""Networks to attribute on: the shipped one on a sample, and small ones with random weights."""

from functools import cache
from pathlib import Path

import numpy as np
import torch

from app.engine.attribution.chain import Chain, chain_of
from app.engine.attribution.subject import Subject
from app.engine.network import Network, load
from app.layers.base import Learned
from app.store.samples import read_sample

MODELS = Path(__file__).resolve().parents[3] / "models"


class Module(torch.nn.Module):
    """A chain as Captum wants it; every layer is a module of its own."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self.stages = torch.nn.ModuleList(
            torch.nn.ReLU() if layer.kind == "relu" else Applied(step)
            for layer, step in zip(chain.layers, chain.steps, strict=True)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for stage in self.stages:
            x = stage(x)
        return x.flatten(1)


class Applied(torch.nn.Module):
    """One step."""

    def __init__(self, step) -> None:
        super().__init__()
        self.step = step

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.step(x)


@cache
def shipped() -> Network:
    return load(MODELS / "catdog.safetensors", MODELS / "catdog.json")


@cache
def shipped_subject(sample: str = "cat-chelsea", target: int = 0) -> Subject:
    """The shipped network before a sample, as its leading resize brings it."""
    network = shipped()
    photo = np.asarray(read_sample(sample), dtype=np.float32).transpose(2, 0, 1) / 255
    picture = network.stack().layers[0].forward(photo)
    return Subject(chain_of(network, picture.shape), picture, target)


def made_network(line: str, outputs: int = 3, seed: int = 0, **shapes: tuple[int, ...]) -> Network:
    """A network of the given line, whose tensors `x` have random values in the given shapes."""
    rng = np.random.default_rng(seed)
    tensors = {
        f"made.{name}": Learned(
            f"made.{name}",
            rng.standard_normal(shape).astype(np.float32) / np.float32(np.sqrt(np.prod(shape[1:]))),
            rng.standard_normal(shape[0]).astype(np.float32) / 10,
        )
        for name, shape in shapes.items()
    }
    names = tuple(f"output{number}" for number in range(outputs))
    return Network("made", line, names, names, 1.0, 0.0, 1.0, "", {}, tensors)


def small_subject(seed: int = 0, target: int = 1) -> Subject:
    """A small network of three stages with strides and pooling before random noise."""
    network = made_network(
        "normalize((0.4,0.5,0.6),(0.2,0.3,0.25))|weights(made.c1,padding=1,stride=2)|relu"
        "|weights(made.c2,padding=1)|silu|avgpool(2)|globalavg|flatten|dense(made.fc)|softmax",
        seed=seed,
        c1=(6, 3, 3, 3),
        c2=(8, 6, 3, 3),
        fc=(3, 8),
    )
    picture = np.random.default_rng(seed).random((3, 24, 20), dtype=np.float32)
    return Subject(chain_of(network, picture.shape), picture, target)
