"""What a lesson is: idea, scenes, formula, question, claim and deeper note, each in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.errors import UserError

if TYPE_CHECKING:
    from app.lessons.rounds import Round

Text = Mapping[str, str]  # language -> words
OWN_PHOTO = "photo"  # as a scene's picture: the learner's own
EVERY = "all"  # among a scene's controls: all that are not hidden
BLANK: Text = {"en": "", "es": ""}


@dataclass(frozen=True)
class Scene:
    """A picture and a stack: a demonstration, or what refutes an answer.

    `image` is an address or ``photo``; `at` pins a cell (stage.channel.row.column); `controls` names what may be
    changed, ``layer.parameter`` with layers counted from 1, or ``all``; `hidden` names what may not, by layer,
    parameter or both.
    """

    stack: str
    image: str = OWN_PHOTO
    size: int = 64
    fit: str = "crop"
    at: str = ""
    controls: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    caption: Text | None = None

    def offers(self, layer: int, parameter: str) -> bool:
        """Whether a parameter of a layer may be changed."""
        both = f"{layer}.{parameter}"
        if {EVERY, str(layer), parameter, both}.intersection(self.hidden):
            return False
        return both in self.controls or EVERY in self.controls


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
    """Predict, then reveal: one option is right. `again` makes further rounds from the scene on the page."""

    text: Text
    options: tuple[Option, ...]
    again: Round | None = None


@dataclass(frozen=True)
class Step:
    """One of a lesson's ordered steps: what is said, and the scene it is said of."""

    says: Text
    scene: Scene


@dataclass(frozen=True)
class View:
    """An extra view outside the notation, by name, with what this lesson asks of it."""

    name: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Lesson:
    """One lesson; a teacher's own may be no more than a title and a scene.

    `steps` follow each other in place of the first scene; `views` are shown after the scenes.
    """

    slug: str
    number: int
    title: Text
    scenes: tuple[Scene, ...]
    minutes: int = 0
    lead: Text = field(default_factory=lambda: BLANK)
    goal: Text = field(default_factory=lambda: BLANK)
    idea: Text = field(default_factory=lambda: BLANK)  # Markdown
    steps: tuple[Step, ...] = ()
    formulas: tuple[Formula, ...] = ()
    question: Question | None = None
    claim: Text = field(default_factory=lambda: BLANK)
    test: str = ""
    deeper: Text = field(default_factory=lambda: BLANK)  # Markdown
    lab: Scene | None = None
    sources: tuple[Text, ...] = ()
    views: tuple[View, ...] = ()


@dataclass(frozen=True)
class Fault:
    """What is wrong with a lesson's file: where, and the error that says why."""

    file: str
    line: int
    error: UserError
