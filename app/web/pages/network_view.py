"""The network page as values: its blocks as columns, the answer, the votes, and the data that scripts draw from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app import __version__
from app.domain.errors import UserError
from app.domain.fields import Box, receptive_field
from app.engine.blocks import Block, block_at, blocks_of
from app.engine.cells import Place, field_boxes
from app.engine.contributions import Votes, contributions
from app.engine.network import Answer, Network, answer
from app.engine.probe import picture_stage
from app.engine.trace import Trace
from app.explorer import Scene, Shade, scale_of
from app.layers.stack import Stack
from app.rendering.maps import atlas_grid
from app.rendering.scale import Scale, choose_scale
from app.web.addresses import Addresses, encode
from app.web.pages.layer_facts import window_data
from app.web.pages.network_state import NetworkState, Spot
from app.web.pages.network_votes import asked_votes, strongest_pair

FEEDERS = 8  # strongest input maps that edges lead from
TOP = 10  # votes that are written out


@dataclass(frozen=True)
class BlockView:
    """A block as its column shows it: of its maps (count, rows, cols) one sheet after and one before activation."""

    block: Block
    count: int
    rows: int
    cols: int
    sheet: str
    sheet_columns: int
    scale: Scale
    before: str
    before_scale: Scale
    before_rows: int
    before_cols: int
    reads: int  # maps, or the single numbers that a dense layer reads
    stride: int
    kernel: tuple[int, int]
    field: int  # rows of the picture that one cell sees, behind the block and behind its learned layer
    before_field: int
    zeros: float
    parameters: int
    multiply_adds: int
    follows: str  # the layers behind the learned one, up to the block's end

    @property
    def number(self) -> int:
        return self.block.number

    @property
    def is_plane(self) -> bool:
        """Whether its maps have more than one cell."""
        return self.rows * self.cols > 1

    @property
    def called(self) -> str:
        """The key of its name's text."""
        return "network.block" if self.block.is_plane else "own_networks.dense"


@dataclass(frozen=True)
class Vote:
    """One map's part in the answer: its number and its share."""

    unit: int
    share: float


@dataclass(frozen=True)
class NetworkView:
    """Everything the network's templates lay out."""

    network: Network
    answer: Answer
    blocks: tuple[BlockView, ...]
    picture: tuple[int, int]  # rows and columns that the network reads
    stored: tuple[int, int]
    maps: int
    votes: Votes
    voters: BlockView
    top: tuple[Vote, ...]
    others: float
    first: str
    second: str
    bars_for: str
    bars_against: str
    vote_scale: Scale
    lab_url: str
    data_url: str
    batch_url: str

    @property
    def all_relu(self) -> bool:
        """Whether a ReLU, and nothing else, follows the numbers of every block."""
        return all(view.follows == "relu" for view in self.blocks)

    def block(self, number: int) -> BlockView:
        """A block by its number.

        Raises
        ------
        UserError
            `no_such_block`.
        """
        return self.blocks[block_at([view.block for view in self.blocks], number).number - 1]

    def crop(self, view: BlockView, unit: int) -> str:
        """The viewBox of one map on its block's sheet."""
        row, col = divmod(unit, view.sheet_columns)
        return f"{col * view.cols} {row * view.rows} {view.cols} {view.rows}"

    def sheet_size(self, view: BlockView) -> tuple[int, int]:
        """Width and height of a block's sheet, in cells."""
        lines = -(-view.count // view.sheet_columns)
        return view.sheet_columns * view.cols, lines * view.rows


def plane_blocks(stack: Stack) -> tuple[tuple[Block, ...], Block]:
    """The blocks that are shown as columns, and the last dense one, which votes.

    Raises
    ------
    UserError
        `network_not_a_chain`, when there is no convolution before, or no dense layer at the end.
    """
    blocks = blocks_of(stack)
    if len(blocks) < 2 or blocks[-1].kind != "dense":
        raise UserError("network_not_a_chain")
    return blocks[:-1], blocks[-1]


def addresses_of(state: NetworkState, network: Network, trace: Trace) -> Addresses:
    """The addresses of the network's maps on the photo, each layer on one scale."""
    return Addresses.of(Scene(state.image, network.text, 512, "keep"), trace, scope="layer")


def version_query(state: NetworkState, network: Network) -> dict[str, str]:
    """What the numbers on the page depend on, with the weights' checksum, so that they may be kept for ever."""
    named = {"network": network.name} if state.network else {}
    return {"image": state.image, **named, "v": f"{__version__}-{network.sha256[:10]}"}


def network_view(state: NetworkState, network: Network, trace: Trace, lab_url: str) -> NetworkView:
    """Lay a traced network out."""
    blocks, last = plane_blocks(trace.stack)
    addresses = addresses_of(state, network, trace)
    pair, found = strongest_pair(network, trace, last), asked_votes(state, network, trace, last)
    order = np.argsort(-np.abs(found.shares))
    top = tuple(Vote(int(unit), float(found.shares[unit])) for unit in order[:TOP])
    shown = tuple(_block(trace, block, addresses) for block in blocks)
    ranked = np.sort(found.shares)[::-1]
    size = float(np.abs(ranked).max(initial=0.0)) or 1.0
    part = trace.reading.part
    return NetworkView(
        network=network,
        answer=answer(network, trace.stages[-1].maps.reshape(-1).tolist()),
        blocks=shown,
        picture=trace.stages[picture_stage(trace.stack)].shape[1:],
        stored=(part.rows.size, part.cols.size),
        maps=sum(view.count for view in shown),
        votes=found,
        voters=shown[-1],
        top=top,
        others=float(found.shares.sum() - sum(vote.share for vote in top)),
        first=network.outputs[pair[0]],
        second=network.outputs[pair[1]],
        bars_for=_bars(ranked, size, positive=True),
        bars_against=_bars(ranked, size, positive=False),
        vote_scale=choose_scale(-size, size, "diverging"),
        lab_url=lab_url,
        data_url=f"/network/data.json?{encode(version_query(state, network) | _named(votes=state.votes))}",
        batch_url=f"/batch?{encode(_named(network=state.network, lang=state.lang))}",
    )


def _named(**texts: str) -> dict[str, str]:
    """The parts of a query that are not empty."""
    return {name: text for name, text in texts.items() if text}


def network_data(state: NetworkState, network: Network, trace: Trace) -> dict[str, Any]:
    """What the scripts draw from: sheets, strengths, what feeds what, the windows of the lens."""
    blocks, last = plane_blocks(trace.stack)
    addresses = addresses_of(state, network, trace)
    shapes = [stage.shape for stage in trace.stages]
    found = asked_votes(state, network, trace, last)
    return {
        "picture": shapes[picture_stage(trace.stack)],
        "pictureStage": picture_stage(trace.stack),
        "blocks": [_data(trace, block, addresses) for block in blocks],
        "votes": found.shares.round(5).tolist(),
        "windows": [window_data(window) for window in trace.windows[: blocks[-1].learned]],
    }


def _block(trace: Trace, block: Block, addresses: Addresses) -> BlockView:
    count, rows, cols = trace.stages[block.out].shape
    layer, before = trace.stack.layers[block.learned - 1], trace.stages[block.learned - 1].shape
    shade = Shade("auto", "layer")
    return BlockView(
        block=block,
        count=count,
        rows=rows,
        cols=cols,
        sheet=addresses.atlas(block.out),
        sheet_columns=atlas_grid(count, rows, cols)[0],
        scale=scale_of(trace, block.out, 0, shade),
        before=addresses.atlas(block.learned),
        before_scale=scale_of(trace, block.learned, 0, shade),
        before_rows=trace.stages[block.learned].shape[1],
        before_cols=trace.stages[block.learned].shape[2],
        reads=before[0],
        stride=getattr(layer, "stride", (1, 1))[0],
        kernel=getattr(layer, "kernel_size", (1, 1)),
        field=_field(trace, block.out),
        before_field=_field(trace, block.learned),
        zeros=trace.stages[block.out].statistics.zeros,
        parameters=layer.parameter_count(before),
        multiply_adds=layer.multiply_adds(before),
        follows="|".join(follower.text for follower in trace.stack.layers[block.learned : block.out]),
    )


def _field(trace: Trace, stage: int) -> int:
    """How many rows of the picture that the network reads one cell of a stage sees."""
    windows = trace.windows[picture_stage(trace.stack) : stage]
    return receptive_field(windows, trace.stages[stage].shape[1:]).size[0]


def _data(trace: Trace, block: Block, addresses: Addresses) -> dict[str, Any]:
    maps, before = trace.stages[block.out].maps, trace.stages[block.learned].maps
    count, rows, cols = maps.shape
    means = maps.mean(axis=(1, 2), dtype=np.float64)
    peaks = [divmod(int(place), before.shape[2]) for place in before.reshape(count, -1).argmax(axis=1)]
    added = contributions(trace, block)
    strongest = np.argsort(-np.abs(added), axis=1)[:, :FEEDERS]
    return {
        "number": block.number,
        "learned": block.learned,
        "kind": block.kind,
        "shape": [count, rows, cols],
        "beforeShape": list(before.shape),
        "columns": atlas_grid(count, rows, cols)[0],
        "beforeColumns": atlas_grid(*before.shape)[0],
        "sheet": addresses.atlas(block.out),
        "before": addresses.atlas(block.learned),
        "means": means.round(4).tolist(),
        "peaks": peaks,
        "feeders": strongest.tolist(),
        "added": np.take_along_axis(added, strongest, axis=1).round(4).tolist(),
    }


def _bars(ranked: Sequence[float] | np.ndarray[Any, Any], size: float, positive: bool) -> str:
    """An SVG path of horizontal bars from the middle (x = 0, width 1), a unit of height each."""
    kept = [(place, share / size) for place, share in enumerate(ranked) if (share > 0) == positive and share]
    return "".join(f"M0 {place}h{share:.4f}v1h{-share:.4f}z" for place, share in kept)


def spot_field(trace: Trace, block: Block, spot: Spot) -> Box:
    """The field of a cell of a block, before its activation, on the picture that the network reads."""
    shapes = [stage.shape for stage in trace.stages]
    place = Place(block.learned, spot.unit, spot.row, spot.col)
    return field_boxes(trace.windows[: block.learned], shapes, place)[picture_stage(trace.stack)].box
