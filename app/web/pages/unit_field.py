"""What a cell may see and what really moves it: the theoretical field and the effective one on the same photo."""

from __future__ import annotations

import math
from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from app.domain.fields import Box
from app.engine.attribution.subject import Settings
from app.engine.blocks import block_at
from app.explorer.attribution import Question, attribute
from app.explorer.attribution_pictures import map_scale
from app.web.deps import ExplorerOf, JobsOf, LanguageOf
from app.web.pages.frame import part, view_url
from app.web.pages.network_state import NetworkState
from app.web.pages.network_view import plane_blocks, spot_field
from app.web.pages.spots import whole_spot
from app.web.pages.unit_view import box_path, effective_url

router = APIRouter(include_in_schema=False)


@router.get("/network/field")
async def unit_field(request: Request, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf) -> Response:
    """Both fields of a cell with their numbers, as the part that htmx swaps in."""
    state = NetworkState.read(request.query_params)

    def work(cancelled: Callable[[], bool]) -> Response:
        network, trace = explorer.network_trace(state.image, state.network or None)
        blocks, _ = plane_blocks(trace.stack)
        block = block_at(blocks, state.at.block if state.at else 1)
        spot = whole_spot(state.at, trace, block)
        settings = Settings(stage=block.learned, channel=spot.unit, row=spot.row, column=spot.col)
        found = attribute(
            explorer, Question(state.image, "effective_field", None, network.name, settings), True, cancelled
        )
        box = spot_field(trace, block, spot)
        radius = found.found.details["radius"]
        values = {
            "picture": view_url(state.image),
            "rows": found.picture[0],
            "cols": found.picture[1],
            "box": box,
            "frame": box_path(box),
            "centre": ((box.cols.first + box.cols.last + 1) / 2, (box.rows.first + box.rows.last + 1) / 2),
            "radius": radius,
            "area_share": area_share(radius, box) if radius is not None else None,
            "share": found.found.details["share"],
            "inside": found.checks["inside"],
            "scale": map_scale(found.method, found.found.map),
            "veil": f"{effective_url(state, network, block, spot)}&veil=true",
        }
        return part("network/_field.html", lang, values)

    return await jobs.run_cancellable(work, request)


def area_share(radius: float, box: Box) -> float:
    """The disc of cells within a radius as a share of the box; a disc that reaches beyond counts as all of it."""
    return min(1.0, math.pi * (radius + 0.5) ** 2 / (box.rows.size * box.cols.size))
