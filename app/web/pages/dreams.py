"""What a unit answers to most, on the network page: on the shipped photos, and drawn for it by gradient ascent."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.engine.network import Network
from app.explorer import Explorer
from app.store.samples import SAMPLES
from app.web.addresses import API
from app.web.deps import LanguageOf, Services, ServicesOf
from app.web.pages.frame import part, view_url
from app.web.pages.network_state import NetworkState, Spot
from app.web.pages.network_view import plane_blocks
from app.web.pages.places import places

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Dream:
    """A picture drawn for a unit, what the unit answers to it, and the part (rows, cols) of the photo it fills."""

    url: str
    reached: float
    field: tuple[int, int]


@dataclass(frozen=True)
class ClassDream:
    """The same for a class's logit, beside the sample photo with the highest one."""

    label: str
    dream: Dream
    sample: str
    best: float


@router.get("/network/places")
async def where_else(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """Where on the shipped photos a map is strongest, and what was drawn for it, as the part that htmx swaps in."""
    state = NetworkState.read(request.query_params)
    spot = state.at or Spot(1, 0)

    def work() -> Response:
        network = services.explorer.network(state.network or None)
        blocks, _ = plane_blocks(network.stack())
        block = blocks[min(max(spot.block, 1), len(blocks)) - 1]
        values = {
            "places": places(services.explorer, network, spot),
            "dream": dream_of(services, network, block.learned, max(spot.unit, 0)),
            "state": state,
            "spot": spot,
            "view_url": view_url,
        }
        return part("network/_places.html", lang, values)

    return await services.jobs.run(work, request)


@router.get("/network/dreams")
async def class_dreams(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """What every class would like best to see, as the part that htmx swaps in."""
    state = NetworkState.read(request.query_params)

    def work() -> Response:
        network = services.explorer.network(state.network or None)
        values = {"dreams": dreams_of_classes(services, network), "state": state}
        return part("network/_class_dreams.html", lang, values)

    return await services.jobs.run(work, request)


def dream_of(services: Services, network: Network, stage: int, unit: int) -> Dream | None:
    """What was drawn for a unit; nothing where nothing was drawn for these weights."""
    found = services.dreams(network)
    sheet = found.sheets.get(stage) if found else None
    if sheet is None or unit >= len(sheet.reached):
        return None
    url = f"{API}/networks/{network.name}/dreams/{stage}/{unit}.png?v={network.sha256[:10]}"
    return Dream(url, sheet.reached[unit], sheet.field)


def dreams_of_classes(services: Services, network: Network) -> tuple[ClassDream, ...]:
    """What was drawn for the logits of the classes, each beside the best sample."""
    logits_stage = network.logits_stage()[1]
    found = []
    for label in network.classes:
        unit = network.outputs.index(label)
        dream = dream_of(services, network, logits_stage, unit)
        if dream:
            best, sample = _best_sample(services.explorer, network, unit)
            found.append(ClassDream(label, dream, sample, best))
    return tuple(found)


def _best_sample(explorer: Explorer, network: Network, unit: int) -> tuple[float, str]:
    """The highest logit of an output among the shipped photos, and that photo."""
    logits = []
    for sample in SAMPLES:
        _, trace = explorer.network_trace(sample.name, network.name)
        logits.append((float(trace.stages[-1].maps.reshape(-1)[unit]), sample.name))
    return max(logits)
