"""Where on the shipped photos one map of the network is strongest: the places that excite it most."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.fields import Box
from app.engine.network import Network
from app.engine.probe import picture_stage
from app.explorer import Explorer
from app.store.samples import SAMPLES
from app.web.pages.network_state import Spot
from app.web.pages.network_view import plane_blocks, spot_field
from app.web.pages.spots import whole_spot

SHOWN = 6


@dataclass(frozen=True)
class Found:
    """A sample's strongest cell of a map, before its activation, and what that cell sees."""

    image: str
    value: float
    spot: Spot
    field: Box
    rows: int
    cols: int

    @property
    def crop(self) -> str:
        """The viewBox of the field on the picture that the network reads."""
        return (
            f"{self.field.cols.first} {self.field.rows.first} {self.field.cols.size} {self.field.rows.size}"
        )


def places(explorer: Explorer, network: Network, spot: Spot) -> tuple[Found, ...]:
    """The strongest places of a map on the samples, at most one a photo, the strongest first."""
    found = []
    for sample in SAMPLES:
        _, trace = explorer.network_trace(sample.name, network.name)
        blocks, _ = plane_blocks(trace.stack)
        block = blocks[min(max(spot.block, 1), len(blocks)) - 1]
        at = whole_spot(Spot(block.number, max(spot.unit, 0)), trace, block)
        _, rows, cols = trace.stages[picture_stage(trace.stack)].shape
        value = float(trace.stages[block.learned].maps[at.unit, at.row, at.col])
        found.append(Found(sample.name, value, at, spot_field(trace, block, at), rows, cols))
    return tuple(sorted(found, key=lambda place: -place.value)[:SHOWN])
