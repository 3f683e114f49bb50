"""One map of the network opened: its strongest inputs, each times its kernel, and the sum behind one cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.compute.correlate import correlate_sum
from app.domain.errors import UserError, no_such_cell
from app.domain.fields import Box
from app.engine.blocks import Block, block_at
from app.engine.cells import Place, explain
from app.engine.nearest import Likeness, nearest_kernel
from app.engine.network import Network
from app.engine.probe import picture_stage
from app.engine.trace import Trace
from app.explorer import Shade, scale_of
from app.layers.base import shape_of
from app.layers.explanation import Term
from app.layers.weights import Weights
from app.rendering.maps import atlas_png
from app.rendering.scale import Scale, choose_scale
from app.web.addresses import API, Addresses, encode
from app.web.pages.cell_grids import Grid, grid, signed_grid
from app.web.pages.network_state import NetworkState, Spot
from app.web.pages.network_view import BlockView, plane_blocks, spot_field, version_query
from app.web.pages.spots import active_stage, origin_of, whole_spot

ROWS = 7  # input maps that are shown one by one
COLOURS = ("red", "green", "blue")
SHADE = Shade("auto", "layer")


@dataclass(frozen=True)
class Row:
    """One input map times its kernel: what it adds to the cell.

    `origin` is the map, row and column that a dense layer's number stands for.
    """

    channel: int
    origin: tuple[int, int, int] | None
    value: float
    kernel: Grid
    is_open: bool
    url: str


@dataclass(frozen=True)
class UnitView:
    """A map opened at one of its cells.

    `rows` are its strongest inputs, one of them written out as `patch` x `kernel` = `terms`; `open_sum`,
    `listed_sum` (the other rows), `others_sum` and `bias` add up to `sum`.
    """

    spot: Spot
    rows: tuple[Row, ...]
    products: str
    product_sizes: tuple[float, float]
    source: BlockView | None  # None where no block's maps are read as they are, but the picture
    reads_colours: bool
    source_pictures: tuple[str, ...]
    patch: Grid
    kernel: Grid
    terms: Grid
    open_sum: float
    listed_sum: float
    others: int
    others_sum: float
    bias: float
    sum: float
    value: float
    activated: str  # the layers between `sum` and `value`
    picture: str
    scale: Scale
    after_picture: str
    after_scale: Scale
    field: Box
    window: Box
    likeness: Likeness | None

    @property
    def line_values(self) -> tuple[float, ...]:
        """What every row adds, the one for all others last."""
        return (*(row.value for row in self.rows), *([self.others_sum] if self.others else []))

    @property
    def line_largest(self) -> float:
        """The largest magnitude among them."""
        return max(*map(abs, self.line_values), 1e-9)


def unit_view(
    state: NetworkState,
    network: Network,
    trace: Trace,
    view: BlockView,
    source: BlockView | None,
    addresses: Addresses,
    row: int,
) -> UnitView:
    """Open the map that `state.at` names; `row` is the input whose arithmetic is written out.

    Raises
    ------
    UserError
        `no_such_cell`.
    """
    block, spot = view.block, whole_spot(state.at, trace, view.block)
    told = explain(trace, Place(block.learned, spot.unit, spot.row, spot.col))
    assert told is not None
    shown, hidden = _strongest(told.terms)
    opened = shown[min(max(row, 0), len(shown) - 1)]
    channels = [term.channel for term in shown]
    kernels = _kernel_scale(shown)
    layer, before = trace.stack.layers[block.learned - 1], trace.stages[block.learned - 1].shape
    active = active_stage(trace, block)
    from_picture = source is None and block.is_plane
    return UnitView(
        spot=spot,
        rows=tuple(
            Row(
                channel=term.channel,
                origin=None if block.is_plane else origin_of(trace, block, term.channel),
                value=term.sum,
                kernel=grid(_weights(term), kernels),
                is_open=term is opened,
                url=state.url(level="unit", at=spot) + f"&row={place}",
            )
            for place, term in enumerate(shown)
        ),
        products=products_url(state, network, spot, channels) if block.is_plane else "",
        product_sizes=_sizes(products(trace, block, spot.unit, channels)) if block.is_plane else (1.0, 1.0),
        source=source,
        reads_colours=from_picture and before[0] == 3,
        source_pictures=tuple(addresses.map(block.learned - 1, one) for one in channels if from_picture),
        patch=grid(opened.patch, scale_of(trace, block.learned - 1, opened.channel, SHADE), opened.outside),
        kernel=grid(_weights(opened), kernels),
        terms=signed_grid(opened.products if opened.products is not None else opened.patch),
        open_sum=opened.sum,
        listed_sum=sum(term.sum for term in shown) - opened.sum,
        others=len(hidden),
        others_sum=sum(term.sum for term in hidden),
        bias=told.bias,
        sum=told.sum,
        value=float(trace.stages[active].maps[spot.unit, spot.row, spot.col]),
        activated="|".join(one.text for one in trace.stack.layers[block.learned : active]),
        picture=addresses.map(block.learned, spot.unit),
        scale=view.before_scale,
        after_picture=addresses.map(block.out, spot.unit),
        after_scale=view.scale,
        field=spot_field(trace, block, spot),
        window=layer.window(before).pull(Box.cell(spot.row, spot.col)),
        likeness=_likeness(trace, block, spot),
    )


def _strongest(terms: Sequence[Term]) -> tuple[list[Term], list[Term]]:
    """The inputs that are shown one by one, the strongest first, and those that are summed up."""
    ranked = sorted(terms, key=lambda term: -abs(term.sum))
    few = ROWS if len(ranked) > ROWS + 1 else len(ranked)  # a single one left over is shown as well
    return ranked[:few], ranked[few:]


def _kernel_scale(terms: Sequence[Term]) -> Scale:
    """One signed scale for all kernels that are shown."""
    largest = max(float(np.abs(term.weights).max()) for term in terms if term.weights is not None)
    return choose_scale(-largest, largest, "diverging")


def _likeness(trace: Trace, block: Block, spot: Spot) -> Likeness | None:
    """The named kernel that a map's own kernel is most like, where it reads the picture."""
    layer = trace.layer(block.learned)
    if not isinstance(layer, Weights) or block.learned > picture_stage(trace.stack) + 2:
        return None
    return nearest_kernel(layer.tensor.weights[spot.unit])


def products_url(state: NetworkState, network: Network, spot: Spot, channels: list[int]) -> str:
    """Where the sheet of products is: one row an input map, and one for all others together."""
    query = version_query(state, network)
    query |= {"at": f"{spot.block}.{spot.unit}", "maps": ".".join(map(str, channels))}
    return f"/network/products.png?{encode(query)}"


def effective_url(state: NetworkState, network: Network, block: Block, spot: Spot) -> str:
    """Where the picture of a cell's effective field is: how much each pixel really moves it."""
    query = {"method": "effective_field", "network": network.name, "stage": str(block.learned)}
    query |= {"channel": str(spot.unit), "row": str(spot.row), "column": str(spot.col)}
    return f"{API}/attribution.png?{encode(version_query(state, network) | query)}"


def products_png(trace: Trace, spot: Spot, channels: list[int]) -> bytes:
    """What each input map adds to every cell of a map, on one signed scale, and what all others add.

    Raises
    ------
    UserError
        `no_such_block`, `no_such_cell`.
    """
    blocks, _ = plane_blocks(trace.stack)
    block = block_at(blocks, spot.block)
    spot = whole_spot(spot, trace, block)
    maps = products(trace, block, spot.unit, channels)
    scale, others = (choose_scale(-size, size, "diverging") for size in _sizes(maps))
    return atlas_png(maps, [*([scale] * len(channels)), others], columns=1)


def _sizes(maps: NDArray[np.float32]) -> tuple[float, float]:
    """The ends of the colour scales of `products`: of the named maps together, and of the others' sum."""
    return float(np.abs(maps[:-1]).max(initial=0.0)) or 1.0, float(np.abs(maps[-1]).max()) or 1.0


def products(trace: Trace, block: Block, unit: int, channels: list[int]) -> NDArray[np.float32]:
    """(len(channels) + 1, rows, cols): each named input map times its kernel, then all the others.

    Summed, plus the bias, they are the map before its activation.

    Raises
    ------
    UserError
        `no_such_cell`, when the map does not read a channel; `no_products`, when the layer has no kernels.
    """
    layer, x = trace.layer(block.learned), trace.stages[block.learned - 1].maps
    if not isinstance(layer, Weights):
        raise UserError("no_products", block=block.number)
    shape = shape_of(x)
    read = layer.reads(unit, shape)
    kernel = layer.tensor.weights[unit]
    found = []
    for channel in channels:
        if channel not in read:
            raise no_such_cell(shape, block.learned - 1, channel)
        weights = kernel[None, read.index(channel)][None]
        found.append(
            correlate_sum(
                x[channel : channel + 1],
                weights,
                layer.stride,
                layer.sides(shape),
                layer.mode,
                layer.dilation,
            )[0]
        )
    whole = trace.stages[block.learned].maps[unit]
    others = whole - np.float32(layer.tensor.bias[unit]) - np.sum(found, axis=0, dtype=np.float32)
    return np.stack([*found, others]).astype(np.float32)


def _weights(term: Term) -> NDArray[Any]:
    return term.weights if term.weights is not None else np.ones_like(term.patch)


def box_path(box: Box) -> str:
    """A box as an SVG path, in cells."""
    width, height = box.cols.size, box.rows.size
    return f"M{box.cols.first} {box.rows.first}h{width}v{height}h-{width}z"
