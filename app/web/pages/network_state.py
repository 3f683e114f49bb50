"""The network page's address: photo, level, place, order, values, overlay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from app.web.addresses import encode
from app.web.pages.query import dotted, language_in, one_of, whole
from app.web.pages.scene import FIRST_IMAGE

LEVELS = ("net", "layer", "unit")
ORDERS = ("strength", "number")
VALUES = ("after", "before")
SHOWN = ("all", "strongest")
OVERLAYS = (
    "none",
    "grad_cam",
    "saliency",
    "smoothgrad",
    "guided_backprop",
    "input_x_gradient",
    "integrated_gradients",
    "occlusion",
)


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
    votes: str = ""  # the output whose logit the votes add up to; empty for the difference of the first two
    lang: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """The state that a query asks for.

        Raises
        ------
        UserError
            A value that is not one of those offered.
        """
        level = one_of(query.get("level", "net"), LEVELS, name="level")
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
            order=one_of(query.get("order", "strength"), ORDERS, name="order"),
            values=one_of(query.get("values", "after"), VALUES, name="values"),
            show=one_of(query.get("show", "all"), SHOWN, name="show"),
            over=one_of(query.get("over", "none"), OVERLAYS, name="over"),
            target=query.get("target", "")[:100],
            layer=whole(query.get("layer", "0"), "layer"),
            votes=query.get("votes", "")[:100],
            lang=language_in(query),
        )

    def query(self, **changes: Any) -> str:
        """The state as a query string, with changes; what is as usual is left out."""
        state = replace(self, **changes)
        usual = NetworkState()
        pairs = {"image": state.image}
        for name in (
            "network",
            "level",
            "order",
            "values",
            "show",
            "over",
            "target",
            "layer",
            "votes",
            "lang",
        ):
            if getattr(state, name) != getattr(usual, name):
                pairs[name] = str(getattr(state, name))
        if state.at is not None:
            pairs["at"] = state.at.text
        return encode(pairs)

    def url(self, **changes: Any) -> str:
        """The page's address in this state, with changes."""
        return "/network?" + self.query(**changes)


def read_spot(text: str) -> Spot | None:
    """A place from ``block``, ``block.map`` or ``block.map.row.column``; an empty text is none.

    Raises
    ------
    UserError
        `bad_spot`.
    """
    parts = dotted(text, "bad_spot", (1, 2, 4))
    return Spot(*parts) if parts else None
