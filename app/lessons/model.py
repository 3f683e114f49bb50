"""What a lesson is: idea, scenes, formula, question, claim and deeper note, each in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Text = Mapping[str, str]  # language -> words
OWN_PHOTO = "photo"  # as a scene's picture: the learner's own


@dataclass(frozen=True)
class Scene:
    """A picture and a stack: a demonstration, or what refutes an answer.

    `image` is an address or ``photo``; `at` pins a cell (stage.channel.row.column); `controls` names what may be
    changed, ``layer.parameter`` with layers counted from 1; `maps` opens that map of each stage (0 else).
    """

    stack: str
    image: str = OWN_PHOTO
    size: int = 64
    fit: str = "crop"
    at: str = ""
    controls: tuple[str, ...] = ()
    caption: Text | None = None


@dataclass(frozen=True)
class Formula:
    """A formula in LaTeX, its terms marked by what they are in the picture, and how it is read aloud."""

    latex: str
    says: Text


@dataclass(frozen=True)
class Option:
    """An answer: right, or wrong with the belief behind it; `says` is what is told after it is chosen."""

    text: Text
    says: Text
    right: bool = False
    belief: str = ""
    scene: Scene | None = None


@dataclass(frozen=True)
class Question:
    """Predict, then reveal: one option is right. `seed` names the generator of further rounds, if any."""

    text: Text
    options: tuple[Option, ...]


@dataclass(frozen=True)
class View:
    """An extra view outside the notation, by name, with what this lesson asks of it."""

    name: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Lesson:
    """One lesson; `views` are shown after its scenes."""

    slug: str
    number: int
    minutes: int
    title: Text
    lead: Text
    goal: Text
    idea: Text  # Markdown
    scenes: tuple[Scene, ...]
    formulas: tuple[Formula, ...]
    question: Question
    claim: Text
    test: str
    deeper: Text  # Markdown
    lab: Scene
    sources: tuple[str, ...] = ()
    views: tuple[View, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong with a lesson's file: where, and why."""

    file: str
    line: int
    reason: str
