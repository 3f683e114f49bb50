"""What mattered, on the network page: a method's map for every class on one scale, how it came about, its checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from app.engine.attribution.registry import find_method
from app.engine.attribution.subject import Settings
from app.engine.blocks import Block, block_at
from app.engine.contributions import votes
from app.engine.network import Network
from app.engine.trace import Trace
from app.explorer.attribution import Attributed, Question, attribute
from app.explorer.attribution_pictures import MOST_COMPARED, map_scale, shared_scale
from app.web.addresses import API, encode
from app.web.deps import ExplorerOf, JobsOf, LanguageOf
from app.web.pages.frame import part, view_url
from app.web.pages.network_state import NetworkState, Spot
from app.web.pages.network_view import plane_blocks, version_query

router = APIRouter(include_in_schema=False)
CHECKED = "checked"  # in the address of the part: the checks are asked for, too


@dataclass(frozen=True)
class Step:
    """One map in Grad-CAM: its number, its mean, its weight, and what it adds on average."""

    unit: int
    mean: float
    weight: float

    @property
    def share(self) -> float:
        return self.mean * self.weight


@router.get("/network/mattered")
async def what_mattered(request: Request, explorer: ExplorerOf, jobs: JobsOf, lang: LanguageOf) -> Response:
    """What a method of attribution says of the photo, as the part that htmx swaps in."""
    state = NetworkState.read(request.query_params)
    checked = request.query_params.get(CHECKED) == "1"

    def work(cancelled: Callable[[], bool]) -> Response:
        network, trace = explorer.network_trace(state.image, state.network or None)
        asked = question(state, network, trace)
        if checked:
            found = attribute(explorer, asked, cancelled=cancelled)
            return part("network/_checks.html", lang, {"found": found, "plots": plots(found.checks)})
        found = attribute(explorer, asked, checks=False, cancelled=cancelled)
        together = len(network.classes) <= MOST_COMPARED
        scale = (
            shared_scale(explorer, asked, cancelled) if together else map_scale(found.method, found.found.map)
        )
        blocks, _ = plane_blocks(trace.stack)
        values = {
            "found": found,
            "state": state,
            "spot": Spot,
            "photo_url": view_url(state.image),
            "scale": scale,
            "shown": network.classes if together else (found.target,),
            "map_url": lambda **look: overlay_url(state, asked, network, **look),
            "checks_url": f"/network/mattered?{state.query(level='net', at=None)}&{CHECKED}=1",
            "steps": steps(found),
            "steps_url": steps_url(state, found, network),
            "block": next((b for b in blocks if b.out == found.found.details.get("layer")), None),
        }
        return part("network/_mattered.html", lang, values)

    return await jobs.run_cancellable(work, request)


def question(state: NetworkState, network: Network, trace: Trace) -> Question:
    """What the page asks a method of attribution; of the likeliest class where none is named."""
    blocks, last = plane_blocks(trace.stack)
    settings = Settings()
    if state.over == "grad_cam":
        settings = Settings(layer=_cam_stage(state, blocks))
    classes = tuple(network.outputs.index(name) for name in network.classes)
    target = state.target or network.outputs[votes(trace, last, classes).first]
    return Question(state.image, find_method(state.over).name, target, network.name, settings)


def _cam_stage(state: NetworkState, blocks: Sequence[Block]) -> int | None:
    if not state.layer:
        return None
    return block_at(blocks, state.layer).out


def overlay_url(state: NetworkState, asked: Question, network: Network, **look: str) -> str:
    """Where the picture of what mattered is; all classes on one scale where they are few."""
    query = {"image": state.image, "method": asked.method, "network": network.name}
    if asked.target:
        query["target"] = asked.target
    if asked.settings.layer is not None:
        query["layer"] = str(asked.settings.layer)
    if len(network.classes) <= MOST_COMPARED:
        query["scale"] = "classes"
    return f"{API}/attribution.png?{encode(query | look | version_query(state, network))}"


def steps(found: Attributed) -> tuple[Step, ...]:
    """Grad-CAM's strongest maps; none of another method."""
    if found.method.name != "grad_cam":
        return ()
    told = found.found.details
    return tuple(Step(unit, told["means"][unit], told["weights"][unit]) for unit in told["strongest"])


def steps_url(state: NetworkState, found: Attributed, network: Network) -> str:
    """Where the sheet of Grad-CAM's steps is."""
    if found.method.name != "grad_cam":
        return ""
    query = {"target": found.target, "network": network.name, "layer": str(found.found.details["layer"])}
    return f"{API}/attribution/steps.png?{encode(version_query(state, network) | query)}"


def plots(checks: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The curves of the checks as SVG paths in 0..100 by 0..60, by check and curve."""
    found: dict[str, dict[str, str]] = {}
    for check in ("deletion", "insertion"):
        if report := checks.get(check):
            names = ("curve", "random_curve", "moved_curve")
            found[check] = {name: _path(report["shares"], report[name]) for name in names}
    if report := checks.get("cascade"):
        shares = [count / report["layers"] for count in report["shuffled"]]
        found["cascade"] = {
            "curve": _path(shares, [max(0.0, value or 0.0) for value in report["correlations"]])
        }
    return found


def _path(across: Sequence[float], up: Sequence[float]) -> str:
    points = (f"{100 * x:.1f} {60 - 60 * y:.1f}" for x, y in zip(across, up, strict=True))
    return "M" + "L".join(points)
