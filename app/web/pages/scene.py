"""The lab's address: reading the page's state from a query, and writing it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

from app.domain.errors import UserError
from app.engine.cells import Place
from app.engine.reading import FITS, Fit
from app.explorer import COLORS, SCOPES, Scene
from app.web.addresses import encode
from app.web.pages.query import dotted, language_in, one_of, whole

FIRST_STACK = (
    "gray|conv(gaussian,sigma=1.2,padding=same,mode=reflect)"
    "|conv(sobel_x,padding=same,mode=reflect)|relu|maxpool(2)"
)
FIRST_IMAGE = "cat-chelsea"
FIRST_CELL = "5.0.13.15"  # on the bridge of the nose: a bright cell of the worked example
FEW = 64  # cells a side of a picture that is read whole unless told
SIZES = (64, 128, 256, 512)
LAST_STEP = 8  # of the tour
LOOKS = ("photo", "cells", "gray", "whole")


@dataclass(frozen=True)
class LabState:
    """Everything the lab shows, as it stands in the address; `at` is the pinned cell, `tour` the tour's step."""

    image: str = FIRST_IMAGE
    stack: str = FIRST_STACK
    size: int = 64
    fit: Fit = "crop"
    colors: str = "auto"
    scope: str = "map"
    at: Place | None = None
    look: str = "photo"
    tour: int = 0
    lang: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """The state that a query asks for; what it leaves out is as on the first visit.

        Raises
        ------
        UserError
            A value that is not one of those offered.
        """
        first_visit = "image" not in query and "stack" not in query
        image = query.get("image") or FIRST_IMAGE
        return cls(
            image=image,
            stack=query.get("stack", FIRST_STACK),
            size=whole(query.get("size", "64"), "size"),
            fit=_fit(query.get("fit", "keep" if _is_small(image) else "crop")),
            colors=one_of(query.get("colors", "auto"), COLORS, "unknown_colors"),
            scope=one_of(query.get("scope", "map"), SCOPES, "unknown_scope"),
            at=read_place(query.get("at", FIRST_CELL if first_visit else "")),
            look=one_of(query.get("look", "photo"), LOOKS, "unknown_look"),
            tour=min(whole(query.get("tour") or "0", "tour"), LAST_STEP),
            lang=language_in(query),
        )

    @property
    def scene(self) -> Scene:
        return Scene(self.image, self.stack, self.size, self.fit)

    def pairs(self) -> dict[str, str]:
        """The state as it stands in the address; what is as usual is left out."""
        pairs = {"image": self.image, "stack": self.stack, "size": str(self.size), "fit": self.fit}
        usual = {"colors": "auto", "scope": "map", "look": "photo", "lang": ""}
        pairs |= {name: getattr(self, name) for name, value in usual.items() if getattr(self, name) != value}
        if self.at is not None:
            pairs["at"] = write_place(self.at)
        if self.tour:
            pairs["tour"] = str(self.tour)
        return pairs

    def query(self, **changes: Any) -> str:
        """The state as a query string, with changes."""
        return replace(self, **changes).query() if changes else self._query

    @cached_property
    def _query(self) -> str:
        return encode(self.pairs())

    def url(self, **changes: Any) -> str:
        """The lab's address in this state, with changes."""
        return "/?" + self.query(**changes)

    def edit_url(self, layer: int, **edit: object) -> str:
        """The address of an edit of layer `layer`; the pinned cell stays if it still exists."""
        given = {"layer": layer, **edit}
        return f"/edit?{self.query()}&{encode({name: str(value) for name, value in given.items()})}"


def read_place(text: str) -> Place | None:
    """A pinned cell from ``stage.channel.row.column``; an empty text is none.

    Raises
    ------
    UserError
        `bad_place`.
    """
    parts = dotted(text, "bad_place", (4,))
    return Place(*parts) if parts else None


def write_place(place: Place) -> str:
    """The cell as it stands in the address."""
    return f"{place.stage}.{place.channel}.{place.row}.{place.col}"


def _is_small(image: str) -> bool:
    """Whether a picture is written out cell by cell and small, so that it is read whole."""
    if image.startswith("pattern("):
        size = re.search(r"size=(\d{1,4})", image)
        return size is None or int(size[1]) <= FEW
    rows = image.removeprefix("grid([").partition("]")[0].split(";")
    return image.startswith("grid([") and max(len(rows), rows[0].count(",") + 1) <= FEW


def _fit(text: str) -> Fit:
    for fit in FITS:
        if fit == text:
            return fit
    raise UserError("unknown_fit", value=text, choices=", ".join(FITS))
