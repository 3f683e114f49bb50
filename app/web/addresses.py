"""Addresses of a scene's pictures and numbers: the photo, the release, and the stack only up to the stage.

So an edit of layer k leaves every address before k as it was, and a browser asks for nothing twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import quote

from app import __version__
from app.engine.cells import Place
from app.engine.reading import Fit
from app.engine.trace import Trace, reads_whole_photo
from app.explorer import Scene, stack_range
from app.layers.stack import Stack

API = "/api/v1"
NETWORK_UPLOADS = (f"{API}/networks", "/networks")  # take a file and a stack
READABLE = "(),=|.;[]~:-"  # kept as they are in queries, so that an address can be read
_READABLE_ALONE = re.compile(rf"[A-Za-z0-9_{re.escape(READABLE)}]*")
Query = dict[str, str]


def encode(query: Query) -> str:
    """A query string whose stack can still be read."""
    return "&".join(f"{name}={_quoted(value)}" for name, value in query.items())


def _quoted(value: str) -> str:
    """A value for a query; nearly all need no quoting, which takes long to find that out."""
    return value if _READABLE_ALONE.fullmatch(value) else quote(value, safe=READABLE)


def image_url(image: str) -> str:
    """Where the picture itself is."""
    return f"{API}/images/{quote(image, safe='(),=.;[]~:-')}"


@dataclass(frozen=True)
class Addresses:
    """The addresses of one scene; `colors`, `scope` and, for scope ``stack``, `span` shade the pictures."""

    image: str
    stack: Stack
    size: int = 512
    fit: Fit = "keep"
    colors: str = "auto"
    scope: str = "map"
    span: tuple[float, float] | None = None

    @classmethod
    def of(cls, scene: Scene, trace: Trace, colors: str = "auto", scope: str = "map") -> Self:
        """The addresses of a traced scene."""
        span = stack_range(trace) if scope == "stack" else None
        return cls(scene.image, trace.stack, scene.size, scene.fit, colors, scope, span)

    def query(self, stage: int) -> Query:
        """What a stage's numbers depend on, in the order of the address."""
        # what stage 0 holds depends on a leading resize
        kept = max(stage, 1) if reads_whole_photo(self.stack) else stage
        prefix = {"stack": self.stack.prefix(kept)} if kept else {}
        return {"image": self.image, **prefix, "size": str(self.size), "fit": self.fit, "v": __version__}

    def tensor(self, stage: int) -> str:
        """A stage's maps as NPY."""
        return f"{API}/tensors/{stage}.npy?{encode(self.query(stage))}"

    def map(self, stage: int, channel: int | str, ext: Literal["png", "npy", "csv"] = "png") -> str:
        """One map as a picture or as numbers."""
        query = self.query(stage) | (self._shade() if ext == "png" else {})
        return f"{API}/maps/{stage}/{channel}.{ext}?{encode(query)}"

    def atlas(self, stage: int, side: int | None = None) -> str:
        """All maps of a stage on one sheet, each of at most `side` pixels a side."""
        small = {"side": str(side)} if side else {}
        return f"{API}/maps/{stage}.png?{encode(self.query(stage) | self._shade() | small)}"

    def cells(self) -> str:
        """The cells that the stack reads, in colour."""
        return f"{API}/cells.png?{encode(self.query(0))}"

    def overlay(self, place: Place, ext: Literal["png", "svg"] = "svg") -> str:
        """The photo with the receptive field of one cell."""
        path = f"{place.stage}/{place.channel}/{place.row}/{place.col}"
        return f"{API}/overlays/{path}.{ext}?{encode(self.query(place.stage))}"

    def _shade(self) -> Query:
        shade = {"colors": self.colors} if self.colors != "auto" else {}
        if self.scope != "map":
            shade["scope"] = self.scope
        if self.scope == "stack" and self.span is not None:
            shade |= {"low": repr(self.span[0]), "high": repr(self.span[1])}
        return shade
