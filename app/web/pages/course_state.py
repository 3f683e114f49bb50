"""A lesson's address: the learner's photo, the stack as changed so far, the answer given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote

from app.web.addresses import encode
from app.web.pages.query import language_in, one_of, whole
from app.web.pages.scene import FIRST_IMAGE

PLANS = ("all", "10", "45", "90")


@dataclass(frozen=True)
class LessonState:
    """What a lesson's page shows: `stack` is the first scene's as changed (None: as written), `answer` the option."""

    slug: str
    image: str = FIRST_IMAGE
    stack: str | None = None
    size: int = 0
    answer: int = -1
    lang: str = ""

    @classmethod
    def read(cls, slug: str, query: Mapping[str, str]) -> Self:
        """The state that a query asks for.

        Raises
        ------
        UserError
            `not_a_whole_number`.
        """
        return cls(
            slug=slug,
            image=query.get("image") or FIRST_IMAGE,
            stack=query.get("stack"),
            size=whole(query.get("size") or "0", "size"),
            answer=whole(query["answer"], "answer") if query.get("answer") else -1,
            lang=language_in(query),
        )

    def pairs(self) -> dict[str, str]:
        """The state as it stands in the address; what is as usual is left out."""
        pairs = {} if self.image == FIRST_IMAGE else {"image": self.image}
        if self.stack is not None:
            pairs["stack"] = self.stack
        if self.size:
            pairs["size"] = str(self.size)
        if self.answer >= 0:
            pairs["answer"] = str(self.answer)
        if self.lang:
            pairs["lang"] = self.lang
        return pairs

    def url(self, **changes: Any) -> str:
        """The lesson's address in this state, with changes."""
        state = replace(self, **changes)
        query = encode(state.pairs())
        return f"/course/{quote(state.slug)}" + (f"?{query}" if query else "")


def one_plan(text: str) -> str:
    """Which lessons of the course are shown.

    Raises
    ------
    UserError
        `unknown_setting`.
    """
    return one_of(text, PLANS, name="plan")
