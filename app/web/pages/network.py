"""The network's routes: the whole trained network on one screen, its data for scripts, pictures of products."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request, Response

from app.engine.attribution.guided_backprop import has_relu
from app.engine.network import Network
from app.engine.trace import Trace
from app.explorer import Explorer
from app.i18n import Language
from app.i18n.catalogue import load_catalogue
from app.store.sources import SourceCard
from app.web.deps import LanguageOf, SayOf, ServicesOf
from app.web.images import serve
from app.web.pages.frame import is_partial, page, part, view_url
from app.web.pages.mattered import overlay_url, question
from app.web.pages.network_state import OVERLAYS, NetworkState, Spot, read_spot
from app.web.pages.network_view import addresses_of, network_data, network_view
from app.web.pages.own_network import facts_of, form_of
from app.web.pages.query import whole
from app.web.pages.scene import LabState
from app.web.pages.unit_view import COLOURS, box_path, products_png, unit_view
from app.web.templating import words

router = APIRouter(include_in_schema=False)
QUICK = ("cat-chelsea", "dog-retriever", "cat-and-dog", "animal-raccoon")  # offered beside the photo


@router.get("/network")
async def show(request: Request, services: ServicesOf, lang: LanguageOf, say: SayOf) -> Response:
    """The network in the state that the address describes, whole or as the part that htmx swaps."""
    state = NetworkState.read(request.query_params)
    row = whole(request.query_params.get("row", "0"), "row")
    swapped, explorer = is_partial(request), services.explorer

    def work() -> Response:
        network, trace = explorer.network_trace(state.image, state.network or None)
        values = _values(explorer, state, network, trace, row, lang)
        values |= {"facts": facts_of(services.own, network, request, say), "own_form": form_of(services.own)}
        if swapped:
            return part("network/_network.html", lang, {"page": "network", **values})
        values["words"] = words(load_catalogue(), lang, "network")
        return page(request, "network/page.html", lang, "network", lambda code: state.url(lang=code), values)

    return await services.jobs.run(work, request)


@router.get("/network/data.json")
async def data(request: Request, services: ServicesOf) -> Response:
    """Sheets, strengths, what feeds what, and the windows of the lens."""
    state = NetworkState.read(request.query_params)

    def make() -> bytes:
        network, trace = services.explorer.network_trace(state.image, state.network or None)
        return json.dumps(network_data(state, network, trace), separators=(",", ":")).encode()

    return await serve(request, services, state.image, make, "application/json")


@router.get("/network/products.png")
async def product_sheet(request: Request, services: ServicesOf) -> Response:
    """What each of some input maps adds to a map, one under the other, and what all the others add."""
    state = NetworkState.read(request.query_params)
    spot = read_spot(request.query_params.get("at", "")) or Spot(1, 0)
    channels = [whole(part, "maps") for part in request.query_params.get("maps", "0").split(".")][:16]

    def make() -> bytes:
        _, trace = services.explorer.network_trace(state.image, state.network or None)
        return products_png(trace, spot, channels)

    return await serve(request, services, state.image, make, "image/png")


def _values(
    explorer: Explorer, state: NetworkState, network: Network, trace: Trace, row: int, lang: Language
) -> dict[str, Any]:
    lab = LabState(image=state.image, stack=network.text, size=512, fit="keep", lang=lang)
    view = network_view(state, network, trace, lab.url())
    card: SourceCard = explorer.sources.describe(state.image)
    values: dict[str, Any] = {
        "state": state,
        "view": view,
        "network": network,
        "picture": view_url(state.image),
        "photo_key": sha256(state.image.encode()).hexdigest()[:12],
        "own": card.origin not in ("sample", "pattern", "grid"),
        "quick": QUICK,
        "open": view.block(state.at.block) if state.at and state.level != "net" else None,
        "unit": None,
        "spot": Spot,
        "box": box_path,
        "colours": COLOURS,
        "overlays": OVERLAYS,
        "guided": has_relu(trace.stack.layers),
        "over": overlay_url(state, question(state, network, trace), network, veil="true")
        if state.over != "none"
        else "",
    }
    if state.at and state.level == "unit":
        shown = view.block(state.at.block)
        before = [block for block in view.blocks if block.block.out == shown.block.learned - 1]
        addresses = addresses_of(state, network, trace)
        values["unit"] = unit_view(
            state, network, trace, shown, before[0] if before else None, addresses, row
        )
    return values
