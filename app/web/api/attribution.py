"""What a network's answer hangs on: maps by method, each with its check."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from app import __version__
from app.engine.attribution.registry import methods
from app.engine.attribution.subject import Plane
from app.explorer.attribution import Attributed, Question, attribute
from app.explorer.attribution_pictures import attribution_picture, map_scale, steps_picture
from app.rendering.scale import Scale
from app.web.addresses import API, encode
from app.web.api.answers import answer_json, problems
from app.web.api.attribution_schemas import (
    MAX_CELLS,
    AttributionBody,
    AttributionOut,
    ColoursOut,
    MethodOut,
    MethodsOut,
    PictureOfMap,
    StepsOfCam,
    WithChecks,
)
from app.web.api.bodies import content_type, one_of, read_json, unread
from app.web.deps import SayOf, Services, ServicesOf
from app.web.images import answer_bytes, cache_control, network_ends

router = APIRouter(tags=["attribution"])
_DIGITS = 7  # all that a float32 holds
_ERRORS = problems(404, 410, 413, 415, 422, 503)


@router.get("/attribution/methods", summary="Methods of attribution", response_model=MethodsOut)
async def list_methods(request: Request, say: SayOf) -> Response:
    """Every method: what it tells, what it does not, and how it is checked.

    ```sh
    curl http://127.0.0.1:8000/api/v1/attribution/methods
    ```
    """
    found = [
        MethodOut(
            method=name,
            title=say(f"attribution.{name}.title"),
            says=say(f"attribution.{name}.says"),
            says_not=say(f"attribution.{name}.says_not"),
            settings=list(method.settings),
            checks={check: say(f"attribution.check_{check}") for check in method.checks},
            uses_target=method.uses_target,
            signed=method.signed,
        )
        for name, method in methods().items()
    ]
    return answer_json(request, MethodsOut(methods=found))


@router.get(
    "/attribution",
    summary="What an answer hangs on",
    response_model=AttributionOut,
    responses=_ERRORS,
)
async def get_attribution(
    request: Request, services: ServicesOf, query: Annotated[WithChecks, Query()]
) -> Response:
    """Which cells of the photo speak for an answer of a network, by one of eight methods, with its checks.

    Grad-CAM of a stage of your choice, signed, at the size of that stage's maps:

    ```sh
    curl "http://127.0.0.1:8000/api/v1/attribution?image=cat-chelsea&method=grad_cam&target=cat&layer=8"
    ```

    What one cell of a stage really sees:

    ```sh
    curl "http://127.0.0.1:8000/api/v1/attribution?image=cat-chelsea&method=effective_field&stage=4&channel=3&row=9&column=12"
    ```
    """
    return await _attributed(request, services, query)


@router.post(
    "/attribution",
    summary="What an answer hangs on",
    response_model=AttributionOut,
    responses=_ERRORS,
    openapi_extra=one_of(AttributionBody),
)
async def post_attribution(request: Request, services: ServicesOf) -> Response:
    """As GET, with the question as JSON.

    ```sh
    curl -H "Content-Type: application/json" \\
      -d '{"image": "cat-chelsea", "method": "saliency", "target": "cat", "checks": false}' \\
      http://127.0.0.1:8000/api/v1/attribution
    ```

    ```sh
    curl -H "Content-Type: application/json" \\
      -d '{"image": "cat-chelsea", "method": "occlusion", "size": 32, "step": 32, "checks": false}' \\
      http://127.0.0.1:8000/api/v1/attribution
    ```
    """
    if content_type(request) != "application/json":
        raise unread(request, "application/json")
    return await _attributed(request, services, await read_json(request, AttributionBody))


@router.get(
    "/attribution.png",
    summary="An attribution as picture",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "One pixel a cell."},
        **problems(404, 410, 422, 503),
    },
)
async def attribution_png(
    request: Request, services: ServicesOf, query: Annotated[PictureOfMap, Query()]
) -> Response:
    """The map in colours, the same for every method: orange speaks for the answer, teal against, 0 is neutral.

    ```sh
    curl -o why.png "http://127.0.0.1:8000/api/v1/attribution.png?image=cat-chelsea&method=grad_cam&target=cat&veil=true"
    ```

    For cat and for dog on one scale, which makes the two comparable:

    ```sh
    curl -o cat.png "http://127.0.0.1:8000/api/v1/attribution.png?image=cat-and-dog&method=smoothgrad&target=cat&scale=classes"
    ```
    """

    def make(cancelled: Callable[[], bool]) -> bytes:
        return attribution_picture(services.explorer, query.question(), query.look(), cancelled)

    return await _drawn(request, services, query.image, make)


@router.get(
    "/attribution/steps.png",
    summary="The steps of Grad-CAM",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "A column a map, three rows."},
        **problems(404, 410, 422, 503),
    },
)
async def steps_png(
    request: Request, services: ServicesOf, query: Annotated[StepsOfCam, Query()]
) -> Response:
    """The eight maps that count most, the logit's gradient by each, and each times its weight (the gradient's mean).

    ```sh
    curl -o steps.png "http://127.0.0.1:8000/api/v1/attribution/steps.png?image=cat-chelsea&target=cat&layer=22"
    ```
    """

    def make(cancelled: Callable[[], bool]) -> bytes:
        return steps_picture(services.explorer, query.question(), cancelled)

    return await _drawn(request, services, query.image, make)


async def _drawn(
    request: Request, services: Services, image: str, make: Callable[[Callable[[], bool]], bytes]
) -> Response:
    def work(cancelled: Callable[[], bool]) -> tuple[str, bytes]:
        kept = cache_control(services.explorer.sources.describe(image), *network_ends(request, services))
        return kept, make(cancelled)

    kept, body = await services.jobs.run_cancellable(work, request)
    return answer_bytes(request, body, "image/png", {"Cache-Control": kept})


async def _attributed(request: Request, services: Services, asked: WithChecks) -> Response:
    start = time.perf_counter()

    def work(cancelled: object) -> AttributionOut:
        assert callable(cancelled)
        question = asked.question()
        found = attribute(services.explorer, question, asked.checks, cancelled)
        return _out(question, found, start)

    return answer_json(request, await services.jobs.run_cancellable(work, request))


def _out(question: Question, answer: Attributed, start: float) -> AttributionOut:
    plane = answer.found.map
    body = AttributionOut(
        method=answer.method.name,
        network=answer.network,
        target=answer.target,
        logit=answer.logit,
        probability=answer.probability,
        picture=answer.picture,
        shape=(plane.shape[0], plane.shape[1]),
        min=float(plane.min()),
        max=float(plane.max()),
        scale=_colours(map_scale(answer.method, plane)),
        map_url=picture_url(question, answer),
        positive_url=picture_url(question, answer, "positive"),
        veil_url=picture_url(question, answer, "veil"),
        shuffled_url=picture_url(question, answer, "shuffled"),
        steps_url=steps_url(question, answer) if answer.method.name == "grad_cam" else None,
        details=dict(answer.found.details),
        checks=dict(answer.checks),
        milliseconds=round(1000 * (time.perf_counter() - start), 2),
    )
    if plane.size <= MAX_CELLS:
        body.map = _rounded(plane)
    return body


def steps_url(question: Question, answer: Attributed) -> str:
    """Where the steps of Grad-CAM are as a picture."""
    query = {"image": question.image, "target": answer.target, "network": answer.network}
    query |= {"layer": str(answer.found.details["layer"]), "v": __version__}
    return f"{API}/attribution/steps.png?{encode(query)}"


def picture_url(question: Question, answer: Attributed, look: str = "") -> str:
    """Where the map is as a picture; the address names the target and the network even if nobody did."""
    own = {name: getattr(question.settings, name) for name in answer.method.settings}
    query = {
        "image": question.image,
        "method": answer.method.name,
        "target": answer.target,
        "network": answer.network,
        **{name: str(value) for name, value in own.items() if value is not None},
        **({look: "true"} if look else {}),
        "v": __version__,
    }
    return f"{API}/attribution.png?{encode(query)}"


def _colours(scale: Scale) -> ColoursOut:
    return ColoursOut(low=scale.low, high=scale.high, colors=scale.colors)


def _rounded(plane: Plane) -> list[list[float]]:
    """The numbers to the digits that they have, relative to the largest: an answer a third as long."""
    largest = float(np.abs(plane).max())
    decimals = _DIGITS - math.ceil(math.log10(largest)) if largest else 0
    cells: list[list[float]] = plane.astype(np.float64).round(decimals).tolist()
    return cells
