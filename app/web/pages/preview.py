"""The open map of a layer whose slider moves, at once: the page's part, which is laid out meanwhile, has it too."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.explorer import Explorer, Shade
from app.web.deps import ExplorerOf, JobsOf
from app.web.pages.edits import edited
from app.web.pages.query import whole
from app.web.pages.scene import LabState

router = APIRouter(include_in_schema=False)


@router.get("/edit/map.png")
async def moved(request: Request, explorer: ExplorerOf, jobs: JobsOf) -> Response:
    """The map `channel` of the edited layer, in at most `side` pixels a side (0: the whole)."""
    picture = await jobs.run(lambda: preview(explorer, request.query_params), request)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "no-store"})


def preview(explorer: Explorer, query: Mapping[str, str]) -> bytes:
    """Carry out an edit and draw the layer's map, without the layers behind it.

    Raises
    ------
    UserError
        What the edit refuses: the part then says so at its field.
    """
    found = edited(explorer, LabState.read(query), query)
    if found.refused:
        raise found.refused[0].error
    state, layer = found.state, whole(query.get("layer", ""), "layer")
    channel, side = whole(query.get("channel", ""), "channel"), whole(query.get("side", ""), "side")
    return explorer.map_picture(state.scene, layer, channel, Shade(state.colors, state.scope), side)
