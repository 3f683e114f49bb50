"""A trained network from a safetensors file: its stack, its tensors, and a calibrated answer from its logits.

The file's metadata carry the notation, the outputs' names, the temperature (Guo et al. 2017) and the
thresholds for "unsure"; the card beside it carries the checksum that the weights must have.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors import SafetensorError, safe_open

from app.compute.correlate import channels_last
from app.domain.errors import UserError
from app.layers.base import Learned
from app.layers.registry import parse_stack
from app.layers.stack import Stack

_log = logging.getLogger(__name__)
METADATA_KEY = "convisor"
Reason = Literal["low_confidence", "unlike_training"]


class NetworkFileError(Exception):
    """The file is not a network that this program can trust: wrong checksum, missing metadata or tensors."""


@dataclass(frozen=True)
class Network:
    """A loaded network: `outputs` names its logits in order, `classes` those that are answers."""

    name: str
    text: str
    outputs: tuple[str, ...]
    classes: tuple[str, ...]
    temperature: float
    min_confidence: float
    max_other: float
    sha256: str
    card: Mapping[str, Any] = field(repr=False)
    tensors: Mapping[str, Learned] = field(repr=False)
    title: str = ""  # what its owner calls it; empty for a shipped one
    calibrated: bool = True

    @property
    def nbytes(self) -> int:
        """Bytes of its tensors."""
        return sum(tensor.weights.nbytes + tensor.bias.nbytes for tensor in self.tensors.values())

    def get(self, name: str) -> Learned | None:
        """A tensor by its name in the notation, such as `catdog.c3`."""
        return self.tensors.get(name)

    def names(self) -> Iterable[str]:
        """The names of all tensors, in the notation's spelling."""
        return self.tensors.keys()

    def stack(self) -> Stack:
        """The network as an ordinary stack."""
        return parse_stack(self.text, self)

    def logits_stage(self) -> tuple[Stack, int]:
        """The stack up to the last dense layer, whose maps are the logits, and that stage's number."""
        layers = self.stack().layers
        last = max(
            (i for i, layer in enumerate(layers, start=1) if layer.kind == "dense"), default=len(layers)
        )
        return Stack(layers[:last]), last


@dataclass(frozen=True)
class Answer:
    """What the network says of a photo.

    `probabilities` are calibrated and share 1 among the classes; `other` is the probability that the picture
    is like none of them. `label` is a class, or ``unsure`` with its reason.
    """

    label: str
    probabilities: Mapping[str, float]
    confidence: float
    other: float
    reason: Reason | None
    logits: Mapping[str, float]


@dataclass(frozen=True)
class Networks:
    """All networks that are loaded; finds a tensor by its full name."""

    loaded: Mapping[str, Network]

    def get(self, name: str) -> Learned | None:
        """A tensor of any network; the word before the first dot names the network."""
        network = self.loaded.get(name.split(".")[0])
        return network.get(name) if network else None

    def names(self) -> Iterable[str]:
        """The names of all tensors of all networks."""
        return [name for network in self.loaded.values() for name in network.names()]


def no_own_network(name: str) -> Network | None:
    """Nobody has uploaded a network."""
    return None


@dataclass(frozen=True)
class TensorsWhenAsked:
    """The tensors of networks that are read from disk only when one is named.

    `own` gives an uploaded network by its name, None for a name that is not of that form; their names are
    never listed, for they are the key to them.
    """

    networks: Callable[[], Networks]
    own: Callable[[str], Network | None] = no_own_network

    def get(self, name: str) -> Learned | None:
        network = self.own(name.split(".")[0])
        return network.get(name) if network else self.networks().get(name)

    def names(self) -> Iterable[str]:
        return self.networks().names()


class Shelf:
    """The networks of a folder, `x.safetensors` with its card `x.json`, read once, when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._networks: Networks | None = None

    def __call__(self) -> Networks:
        """Every network that can be trusted; one that cannot is named in the log and left out."""
        with self._lock:
            if self._networks is None:
                self._networks = Networks(dict(self._loaded()))
            return self._networks

    def _loaded(self) -> Iterator[tuple[str, Network]]:
        for weights in sorted(self._folder.glob("*.safetensors")):
            try:
                network = load(weights, weights.with_suffix(".json"))
            # any wrong content of a file leaves that network out, not the server
            except (NetworkFileError, OSError, ValueError, TypeError, LookupError) as fault:
                _log.error("network %s left out: %s", weights.name, fault)
            else:
                yield network.name, network


def load(weights: Path, card: Path) -> Network:
    """Read a network and check it against its card.

    Raises
    ------
    NetworkFileError
        When the checksum differs from the card's, or metadata or tensors are missing.
    """
    facts = _object(card.read_text(encoding="utf-8"), card.name)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    if digest != facts.get("weights_sha256"):
        raise NetworkFileError(
            f"{weights.name} has checksum {digest}, the card says {facts.get('weights_sha256')}"
        )
    try:
        with safe_open(weights, framework="numpy") as file:
            metadata = _object((file.metadata() or {}).get(METADATA_KEY, "{}"), weights.name)
            arrays = {key: np.asarray(file.get_tensor(key), dtype=np.float32) for key in file.keys()}  # noqa: SIM118  # safe_open is no mapping
    except SafetensorError as fault:
        raise NetworkFileError(f"{weights.name} is damaged: {fault}") from fault
    if missing := {"name", "stack", "outputs", "classes", "temperature", "unsure"} - set(metadata):
        raise NetworkFileError(f"{weights.name} lacks metadata: {', '.join(sorted(missing))}")
    network = Network(
        name=metadata["name"],
        text=metadata["stack"],
        outputs=tuple(metadata["outputs"]),
        classes=tuple(metadata["classes"]),
        temperature=float(metadata["temperature"]),
        min_confidence=float(metadata["unsure"]["min_confidence"]),
        max_other=float(metadata["unsure"]["max_other"]),
        sha256=digest,
        card=facts,
        tensors=_tensors(metadata["name"], arrays),
    )
    try:
        network.logits_stage()
    except UserError as fault:
        raise NetworkFileError(f"{weights.name} holds a stack that cannot be read: {fault}") from fault
    return network


def answer(network: Network, logits: Sequence[float]) -> Answer:
    """The calibrated answer from the logits of the network's dense layer."""
    by_name = dict(zip(network.outputs, map(float, logits), strict=True))
    probabilities = _softmax({name: by_name[name] / network.temperature for name in network.classes})
    everything = _softmax(by_name)
    other = sum(share for name, share in everything.items() if name not in network.classes)
    label = max(probabilities, key=lambda name: probabilities[name])
    reason: Reason | None = None
    if other > network.max_other:
        reason = "unlike_training"
    elif probabilities[label] < network.min_confidence:
        reason = "low_confidence"
    confidence = probabilities[label]
    return Answer("unsure" if reason else label, probabilities, confidence, other, reason, by_name)


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as fault:
        raise NetworkFileError(f"{name} holds no JSON: {fault}") from fault
    if not isinstance(found, dict):
        raise NetworkFileError(f"{name} holds no JSON object")
    return found


def _softmax(logits: Mapping[str, float]) -> dict[str, float]:
    highest = max(logits.values())
    powers = {name: math.exp(value - highest) for name, value in logits.items()}
    return {name: power / sum(powers.values()) for name, power in powers.items()}


def _tensors(name: str, arrays: Mapping[str, Any]) -> dict[str, Learned]:
    """Pair `x.weight` with `x.bias` under the notation's name; a missing bias is zeros."""
    found = {}
    for key, weights in arrays.items():
        if key.endswith(".weight"):
            short = key.removesuffix(".weight")
            bias = arrays.get(f"{short}.bias", np.zeros(weights.shape[0], dtype=np.float32))
            laid = channels_last(weights) if weights.ndim == 4 else weights
            found[f"{name}.{short}"] = Learned(f"{name}.{short}", laid, bias)
    return found
