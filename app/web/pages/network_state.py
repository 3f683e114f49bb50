"""The network page's address: photo, level, place, order, values, overlay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote, urlencode

from app.domain.errors import UserError
from app.web.addresses import READABLE
from app.web.pages.scene import FIRST_IMAGE, whole

LEVELS = ("net", "layer", "unit")
ORDERS = ("strength", "number")
VALUES = ("after", "before")
SHOWN = ("all", "strongest")
OVERLAYS = ("none", "grad_cam", "saliency", "integrated_gradients", "occlusion")


@dataclass(frozen=True)
class Spot:
    """A place in the network: a block, one of its maps and a cell of it; -1 where it is left open."""

    block: int
    unit: int = -1
    row: int = -1
    col: int = -1

    @property
    def text(self) -> str:
        parts = [
            self.block,
            *([self.unit] if self.unit >= 0 else []),
            *([self.row, self.col] if self.row >= 0 else []),
        ]
        return ".".join(map(str, parts))


@dataclass(frozen=True)
class NetworkState:
    """Everything the network page shows, as it stands in the address."""

    image: str = FIRST_IMAGE
    network: str = ""
    level: str = "net"
    at: Spot | None = None
    order: str = "strength"
    values: str = "after"
    show: str = "all"
    over: str = "none"
    target: str = ""
    layer: int = 0  # the block whose maps Grad-CAM weights; 0 leaves it to the method
    lang: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """The state that a query asks for.

        Raises
        ------
        UserError
            A value that is not one of those offered.
        """
        level = _one_of(query.get("level", "net"), LEVELS, "level")
        at = read_spot(query.get("at", ""))
        if at is None:
            level = "net"
        elif at.unit < 0 and level == "unit":
            level = "layer"
        return cls(
            image=query.get("image") or FIRST_IMAGE,
            network=query.get("network", ""),
            level=level,
            at=at,
            order=_one_of(query.get("order", "strength"), ORDERS, "order"),
            values=_one_of(query.get("values", "after"), VALUES, "values"),
            show=_one_of(query.get("show", "all"), SHOWN, "show"),
            over=_one_of(query.get("over", "none"), OVERLAYS, "over"),
            target=query.get("target", "")[:100],
            layer=whole(query.get("layer", "0"), "layer"),
            lang=query.get("lang", "") if query.get("lang", "") in ("en", "es") else "",
        )

    def query(self, **changes: object) -> str:
        """The state as a query string, with changes; what is as usual is left out."""
        state = replace(self, **changes)  # type: ignore[arg-type]  # the fields are named by the caller
        usual = NetworkState()
        pairs = {"image": state.image}
        for name in ("network", "level", "order", "values", "show", "over", "target", "layer", "lang"):
            if getattr(state, name) != getattr(usual, name):
                pairs[name] = str(getattr(state, name))
        if state.at is not None:
            pairs["at"] = state.at.text
        return urlencode(pairs, safe=READABLE, quote_via=quote)

    def url(self, **changes: object) -> str:
        """The page's address in this state, with changes."""
        return "/network?" + self.query(**changes)


def read_spot(text: str) -> Spot | None:
    """A place from ``block``, ``block.map`` or ``block.map.row.column``; an empty text is none.

    Raises
    ------
    UserError
        `bad_spot`.
    """
    if not text:
        return None
    parts = text.split(".")
    if len(parts) not in (1, 2, 4) or not all(p.isascii() and p.isdecimal() and len(p) < 8 for p in parts):
        raise UserError("bad_spot", value=text[:40])
    return Spot(*map(int, parts))


def _one_of(text: str, choices: tuple[str, ...], name: str) -> str:
    if text not in choices:
        raise UserError("unknown_setting", name=name, value=text[:40], choices=", ".join(choices))
    return text
