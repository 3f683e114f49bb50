"""What a stack does to a photo, stage by stage."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.engine.trace import Trace
from app.explorer import Scene
from app.store.sources import SourceCard
from app.web.addresses import Addresses
from app.web.api import schemas
from app.web.api.answers import answer_json, problems, refused_of, stage_of, upload_of
from app.web.api.bodies import background_of, content_type, one_of, read_form, read_json, unread
from app.web.api.images import store_upload
from app.web.deps import SayOf, Services, ServicesOf
from app.web.language import Say

router = APIRouter(tags=["trace"])
_ERRORS = problems(400, 404, 410, 413, 415, 422, 503)


@router.get("/trace", summary="Trace a picture", response_model=schemas.TraceOut, responses=_ERRORS)
async def get_trace(
    request: Request, services: ServicesOf, say: SayOf, query: Annotated[schemas.SceneQuery, Query()]
) -> Response:
    """Every stage with its shape, numbers, receptive field, size formula, and the addresses of its maps.

    A layer that cannot work on its input ends the trace: the stages before it stand, and `refused` says why
    and what would fit. A fault in the stack's text is an error with its position.

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/trace?image=cat-chelsea&stack=gray|conv(sobel_x)|relu|maxpool(2)&size=128"
    ```
    """
    return await _traced(request, services, say, query.scene())


@router.post(
    "/trace",
    summary="Trace a picture or a file",
    response_model=schemas.TraceOut,
    responses=_ERRORS,
    openapi_extra=one_of(schemas.SceneBody, file=schemas.FileSceneBody),
)
async def post_trace(request: Request, services: ServicesOf, say: SayOf) -> Response:
    """As GET, with the scene as JSON; or as a form with a file, which is then kept like an upload.

    ```sh
    curl -H "Content-Type: application/json" \\
      -d '{"image": "cat-chelsea", "stack": "conv(gaussian,sigma=2)|abs"}' \\
      http://127.0.0.1:8000/api/v1/trace
    ```

    ```sh
    curl -F file=@cat.jpg -F "stack=conv(sobel_x)|relu" -F size=64 http://127.0.0.1:8000/api/v1/trace
    ```
    """
    kind = content_type(request)
    if kind == "application/json":
        return await _traced(request, services, say, (await read_json(request, schemas.SceneBody)).scene())
    if kind != "multipart/form-data":
        raise unread(request, "application/json", "multipart/form-data")
    fields, data = await read_form(request, schemas.FileSceneBody)
    colour = background_of(fields.background)
    services.explorer.parse(fields.stack)  # so that a fault in the text keeps no photo
    photo, picture = await store_upload(request, services, data, colour)
    scene = Scene(photo.image, fields.stack, fields.size, fields.fit)
    return await _traced(request, services, say, scene, upload_of(photo, picture.notices, say))


async def _traced(
    request: Request, services: Services, say: Say, scene: Scene, upload: schemas.UploadOut | None = None
) -> Response:
    def work(cancelled: object) -> tuple[SourceCard, schemas.TraceOut]:
        assert callable(cancelled)
        card = services.explorer.sources.describe(scene.image)
        return card, trace_out(services.explorer.trace(scene, cancelled), scene, card.key, say)

    card, body = await services.jobs.run_cancellable(work, request)
    if upload is not None:
        body.upload = upload
    private = {} if card.expires is None else {"Cache-Control": "private, no-cache"}
    return answer_json(request, body, **(private if upload is None else {"Cache-Control": "no-store"}))


def trace_out(trace: Trace, scene: Scene, image: str, say: Say) -> schemas.TraceOut:
    """A trace in plain data; `image` is the picture's one spelling."""
    addresses = Addresses(image, trace.stack, scene.size, scene.fit)
    body = schemas.TraceOut(
        stack=trace.stack.text,
        image=image,
        stages=[stage_of(trace, stage, addresses) for stage in range(len(trace.stages))],
    )
    if trace.refused is not None:
        body.refused = refused_of(trace.refused, len(trace.stages), say)
    return body
