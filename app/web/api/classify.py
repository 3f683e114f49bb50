"""A label for a photo, by a trained network."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response

from app.engine.network import Answer, Network
from app.explorer import LoosePhoto
from app.store.decode import decode
from app.web.api.answers import answer_json, problems
from app.web.api.bodies import background_of, content_type, one_of, read_form, read_json, unread
from app.web.api.classify_schemas import ClassifyBody, ClassifyOut, FileClassifyBody
from app.web.deps import Services, ServicesOf

router = APIRouter(tags=["networks"])


@router.post(
    "/classify",
    summary="Label a photo",
    response_model=ClassifyOut,
    responses=problems(400, 404, 410, 413, 415, 422, 503),
    openapi_extra=one_of(ClassifyBody, file=FileClassifyBody),
)
async def classify(request: Request, services: ServicesOf) -> Response:
    """Cat, dog, or unsure with its reason. A file sent here is looked at once and not kept.

    ```sh
    curl -H "Content-Type: application/json" -d '{"image": "cat-chelsea"}' http://127.0.0.1:8000/api/v1/classify
    ```

    ```sh
    curl -F file=@cat.jpg http://127.0.0.1:8000/api/v1/classify
    ```
    """
    kind = content_type(request)
    if kind == "application/json":
        body = await read_json(request, ClassifyBody)
        return answer_json(request, await services.jobs.run(lambda: _known(services, body), request))
    if kind != "multipart/form-data":
        raise unread(request, "application/json", "multipart/form-data")
    fields, data = await read_form(request, FileClassifyBody)
    answer = answer_json(request, await services.jobs.run(lambda: _file(services, fields, data), request))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _known(services: Services, body: ClassifyBody) -> ClassifyOut:
    start = time.perf_counter()
    return classified(*services.explorer.classify(body.image, body.network), start)


def _file(services: Services, fields: FileClassifyBody, data: bytes) -> ClassifyOut:
    start = time.perf_counter()
    picture = decode(data, background=background_of(fields.background), limits=services.limits)
    return classified(*services.explorer.classify_once(LoosePhoto(picture.pixels), fields.network), start)


def classified(network: Network, found: Answer, start: float) -> ClassifyOut:
    """An answer with the time since `start` (time.perf_counter)."""
    body = ClassifyOut(
        label=found.label,
        probabilities=dict(found.probabilities),
        confidence=found.confidence,
        scores={"other_probability": found.other, **found.logits},
        network=network.name,
        milliseconds=round(1000 * (time.perf_counter() - start), 2),
    )
    if found.reason is not None:
        body.reason = found.reason
    return body
