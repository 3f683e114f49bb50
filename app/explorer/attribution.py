"""The use case of attribution: a method's map of a photo, with its checks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.domain.errors import UserError
from app.engine.attribution.chain import chain_of, read_stage
from app.engine.attribution.checks import run_checks
from app.engine.attribution.registry import Method, find_method
from app.engine.attribution.subject import Attribution, Settings, Subject
from app.engine.network import Network
from app.engine.reading import LARGEST
from app.engine.trace import require, run
from app.explorer.explorer import Asked, Explorer, never
from app.layers.base import shape_of


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
class Case:
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
    case = case_of(explorer, question, cancelled)
    subject = case.subject
    found = found_of(explorer, case, question.settings)
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


def found_of(explorer: Explorer, case: Case, settings: Settings) -> Attribution:
    """The method's answer, computed once for all who ask the same."""
    make = partial(case.method.compute, case.subject, settings)
    return explorer.traces.get_or_make(("attribution", *case.key), make)


def _checked(explorer: Explorer, case: Case, settings: Settings, found: Attribution) -> Mapping[str, Any]:
    def make() -> _Kept:
        return _Kept(run_checks(case.subject, case.method, settings, found))

    return explorer.traces.get_or_make(("checks", *case.key), make).value


def case_of(explorer: Explorer, question: Question, cancelled: Asked) -> Case:
    """A question made ready.

    Raises
    ------
    UserError
        `attribution_method`, `attribution_target`, or what the chain refuses.
    """
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
    return Case(network, method, Subject(chain, picture, target, cancelled), key)


def _target(network: Network, name: str | None, subject: Subject) -> int:
    """The index of the output asked about, or of the likeliest one."""
    if name is None:
        return int(subject.logits([subject.picture])[0].argmax())
    if name not in network.outputs:
        raise UserError("attribution_target", name=name[:40], known=", ".join(network.outputs))
    return network.outputs.index(name)
