"""A lesson's address: photo, stack as changed so far, pinned cell, answer given, and its views' own settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote

from app.engine.cells import Place
from app.web.addresses import encode
from app.web.pages.query import language_in, whole
from app.web.pages.scene import FIRST_IMAGE, read_place, write_place

RELEASED = "none"  # as a pinned cell: not even the one that the lesson pins
PAGE = ("image", "stack", "size", "at", "round", "part", "answer", "lang")  # what the page itself reads
PASSING = ("layer", "history", "theme", "v", "edit")  # what asks for something once, and is no state
MOST_SETTINGS, LONGEST_SETTING = 48, 4000
_SETTING = re.compile(r"[a-z][a-z0-9_-]{0,23}")


@dataclass(frozen=True)
class LessonState:
    """What a lesson's page shows: `stack` is the live scene's as changed (None: as written), `answer` the option.

    `at` is the pinned cell (empty: the lesson's own), `round` counts the questions from 1, `part` the lesson's
    ordered steps from 1; `settings` are those of the lesson's views, which the page hands on unread.
    """

    slug: str
    image: str = FIRST_IMAGE
    stack: str | None = None
    size: int = 0
    at: str = ""
    round: int = 1
    part: int = 1
    answer: int = -1
    settings: tuple[tuple[str, str], ...] = ()
    lang: str = ""

    @classmethod
    def read(cls, slug: str, query: Mapping[str, str]) -> Self:
        """The state that a query asks for.

        Raises
        ------
        UserError
            `not_a_whole_number`, `bad_place`.
        """
        at = query.get("at", "")
        if at != RELEASED:
            read_place(at)
        return cls(
            slug=slug,
            image=query.get("image") or FIRST_IMAGE,
            stack=query.get("stack"),
            size=whole(query.get("size") or "0", "size"),
            at=at,
            round=max(1, whole(query.get("round") or "1", "round")),
            part=max(1, whole(query.get("part") or "1", "part")),
            answer=whole(query["answer"], "answer") if query.get("answer") else -1,
            settings=_settings(query),
            lang=language_in(query),
        )

    def pinned(self, written: str) -> Place | None:
        """The pinned cell, where the lesson's scene pins the one `written`."""
        return None if self.at == RELEASED else read_place(self.at or written)

    def pairs(self) -> dict[str, str]:
        """The state as it stands in the address; what is as usual is left out."""
        pairs = {} if self.image == FIRST_IMAGE else {"image": self.image}
        if self.stack is not None:
            pairs["stack"] = self.stack
        if self.size:
            pairs["size"] = str(self.size)
        if self.at:
            pairs["at"] = self.at
        pairs |= dict(self.settings)
        if self.round > 1:
            pairs["round"] = str(self.round)
        if self.part > 1:
            pairs["part"] = str(self.part)
        if self.answer >= 0:
            pairs["answer"] = str(self.answer)
        if self.lang:
            pairs["lang"] = self.lang
        return pairs

    def url(self, **changes: Any) -> str:
        """The lesson's address with changes; `at` may be a place, or None for none; `edit` leads to the form."""
        if "at" in changes:
            place = changes["at"]
            changes["at"] = (
                write_place(place) if isinstance(place, Place) else RELEASED if place is None else place
            )
        edit = {"edit": "1"} if changes.pop("edit", False) else {}
        state = replace(self, **changes)
        query = encode(state.pairs() | edit)
        return f"/course/{quote(state.slug)}" + (f"?{query}" if query else "")


def _settings(query: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What the page does not read itself, and so hands on: the settings of its views."""
    known = (*PAGE, *PASSING)
    given = {
        name: value
        for name, value in query.items()
        if name not in known and value and _SETTING.fullmatch(name) and len(value) <= LONGEST_SETTING
    }
    return tuple(given.items())[:MOST_SETTINGS]
