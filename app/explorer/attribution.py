"""The use case of attribution: a method's map of a photo, its checks, and its picture."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from app.domain.errors import UserError
from app.engine.attribution.chain import chain_of, read_stage
from app.engine.attribution.checks import run_checks
from app.engine.attribution.registry import Method, find_method
from app.engine.attribution.subject import Attribution, Plane, Settings, Subject
from app.engine.network import Network
from app.engine.reading import LARGEST
from app.engine.trace import require, run
from app.explorer.explorer import Asked, Explorer, never
from app.layers.base import shape_of
from app.rendering.maps import map_png
from app.rendering.scale import Scale, choose_scale

SHOWN = 99.5  # per cent of a map's cells that the colours tell apart: single pixels would leave the rest pale


@dataclass(frozen=True)
class Question:
    """What is asked: a photo, a method, the output asked about (the likeliest if None), the network."""

    image: str
    method: str
    target: str | None = None
    network: str | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class Attributed:
    """A method's answer for one photo; `picture` is the shape (rows, columns) of what the network reads."""

    method: Method
    network: str
    target: str
    logit: float
    probability: float
    picture: tuple[int, int]
    found: Attribution
    checks: Mapping[str, Any]


@dataclass(frozen=True)
class _Case:
    """A question made ready: who is asked, about what, and the key of the answer."""

    network: Network
    method: Method
    subject: Subject
    key: tuple[Hashable, ...]


@dataclass(frozen=True)
class _Kept:
    """Plain data in the cache of stages, which counts bytes."""

    value: Mapping[str, Any]
    nbytes: int = 8192


def attribute(
    explorer: Explorer, question: Question, checks: bool = True, cancelled: Asked = never
) -> Attributed:
    """The map with its numbers, and with what its checks say.

    Raises
    ------
    UserError
        `attribution_method`, `attribution_target`, or what chain and method refuse.
    """
    case = _case(explorer, question, cancelled)
    subject = case.subject
    found = _found(explorer, case, question.settings)
    logits = subject.logits([subject.picture])[0]
    reports: Mapping[str, Any] = {}
    if checks:
        reports = _checked(explorer, case, question.settings, found)
    return Attributed(
        method=case.method,
        network=case.network.name,
        target=case.network.outputs[subject.target],
        logit=float(logits[subject.target]),
        probability=float(subject.probabilities([subject.picture])[0]),
        picture=(subject.chain.shape[1], subject.chain.shape[2]),
        found=found,
        checks=reports,
    )


def attribution_picture(
    explorer: Explorer, question: Question, positive: bool = False, cancelled: Asked = never
) -> bytes:
    """The map as PNG, one pixel a cell; with `positive`, only what speaks for the target."""
    case = _case(explorer, question, cancelled)
    plane = _found(explorer, case, question.settings).map
    shown = np.maximum(plane, np.float32(0)) if positive else plane
    key = ("attribution", *case.key, positive)
    return explorer.pictures.get_or_make(key, lambda: map_png(shown, map_scale(shown)))


def map_scale(plane: Plane) -> Scale:
    """Colours by sign, up to the size that 99.5 % of the cells stay below; what lies beyond has the end's."""
    end = float(np.percentile(np.abs(plane), SHOWN)) or float(np.abs(plane).max())
    return choose_scale(max(-end, float(plane.min())), min(end, float(plane.max())))


def _found(explorer: Explorer, case: _Case, settings: Settings) -> Attribution:
    make = partial(case.method.compute, case.subject, settings)
    return explorer.traces.get_or_make(("attribution", *case.key), make)


def _checked(explorer: Explorer, case: _Case, settings: Settings, found: Attribution) -> Mapping[str, Any]:
    def make() -> _Kept:
        return _Kept(run_checks(case.subject, case.method, settings, found))

    return explorer.traces.get_or_make(("checks", *case.key), make).value


def _case(explorer: Explorer, question: Question, cancelled: Asked) -> _Case:
    method, network = find_method(question.method), explorer.network(question.network)
    photo = explorer.photo(question.image)
    stack, first = read_stage(network)
    trace = run(photo, stack, LARGEST, "keep", explorer.traces, cancelled, explorer.bounds)
    picture = require(trace, first).maps
    chain = chain_of(network, shape_of(picture))
    subject = Subject(chain, picture, 0, cancelled)
    target = _target(network, question.target, subject)
    used = tuple(getattr(question.settings, name) for name in method.settings)
    key = (photo.key, network.name, network.sha256, method.name, target, used)
    return _Case(network, method, Subject(chain, picture, target, cancelled), key)


def _target(network: Network, name: str | None, subject: Subject) -> int:
    """The index of the output asked about, or of the likeliest one."""
    if name is None:
        return int(subject.logits([subject.picture])[0].argmax())
    if name not in network.outputs:
        raise UserError("attribution_target", name=name[:40], known=", ".join(network.outputs))
    return network.outputs.index(name)
