"""Lessons of 10, 45 and 90 minutes: steps with their time, what the screens show, what to say and what to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from app.lessons.loader import Course
from app.lessons.model import Text

FILE = Path(__file__).parent / "plans.yaml"
LESSONS = "/course/"


@dataclass(frozen=True)
class Step:
    """`show` is a page of the server (empty: the screens stay), `ask` the lesson whose question is asked, if any."""

    minutes: int
    title: Text
    say: Text
    show: str = ""
    ask: str = ""

    @property
    def lesson(self) -> str:
        """The lesson that the step needs; empty where it needs none."""
        shown = self.show.removeprefix(LESSONS) if self.show.startswith(LESSONS) else ""
        return self.ask or ("" if shown == "misconceptions" else shown)


@dataclass(frozen=True)
class Plan:
    """A lesson of `name` minutes; `needs` tells what has to be at hand."""

    name: str
    title: Text
    needs: Text
    steps: tuple[Step, ...]

    def before(self, step: int) -> int:
        """The minutes that the steps before one take."""
        return sum(one.minutes for one in self.steps[:step])

    @property
    def minutes(self) -> int:
        """The minutes of all steps."""
        return self.before(len(self.steps))

    @property
    def lessons(self) -> Mapping[str, int]:
        """The course's lessons that the plan takes up, in its order, with the minutes that it gives to each."""
        given: dict[str, int] = {}
        for step in self.steps:
            if step.lesson:
                given[step.lesson] = given.get(step.lesson, 0) + step.minutes
        return given


@cache
def _written() -> tuple[Plan, ...]:
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(Plan(**row | {"steps": tuple(Step(**one) for one in row["steps"])}) for row in rows)


def plans(course: Course) -> tuple[Plan, ...]:
    """All plans; steps whose lesson the course lacks are left out."""
    return tuple(
        replace(plan, steps=tuple(s for s in plan.steps if not s.lesson or course.find(s.lesson)))
        for plan in _written()
    )
