"""The photo with a cell's receptive field drawn on it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.engine.cells import Place
from app.web.api import schemas
from app.web.api.maps import SceneOf, gives
from app.web.deps import SayOf, ServicesOf
from app.web.images import serve

router = APIRouter(tags=["maps"])
_PATH = "/overlays/{stage}/{channel}/{row}/{column}"


@router.get(
    _PATH + ".png",
    summary="A receptive field as picture",
    **gives("image/png", "Enlarged by a whole number."),
)
async def overlay_png(
    request: Request,
    services: ServicesOf,
    stage: schemas.Index,
    channel: schemas.Index,
    row: schemas.Index,
    column: schemas.Index,
    query: SceneOf,
) -> Response:
    """What one cell sees of the photo; padding is a hatched margin.

    ```sh
    curl -g -o field.png "http://127.0.0.1:8000/api/v1/overlays/2/0/10/12.png?image=cat-chelsea&stack=gray|conv(box,size=9)&size=64"
    ```
    """
    scene, place = query.scene(), Place(stage, channel, row, column)
    return await serve(
        request, services, scene.image, lambda: services.explorer.overlay_picture(scene, place), "image/png"
    )


@router.get(
    _PATH + ".svg",
    summary="A receptive field as drawing",
    **gives("image/svg+xml", "With every stage's box."),
)
async def overlay_svg(
    request: Request,
    services: ServicesOf,
    say: SayOf,
    stage: schemas.Index,
    channel: schemas.Index,
    row: schemas.Index,
    column: schemas.Index,
    query: SceneOf,
) -> Response:
    """The same as SVG, with the cell's box on every earlier stage in data attributes.

    ```sh
    curl -g -o field.svg "http://127.0.0.1:8000/api/v1/overlays/2/0/10/12.svg?image=cat-chelsea&stack=gray|conv(box,size=9)&size=64"
    ```
    """
    scene, place = query.scene(), Place(stage, channel, row, column)
    words = {"stage": stage, "channel": channel, "row": row, "column": column}
    title, description = say("api.overlay_title", **words), say("api.overlay_text", **words)

    def work() -> bytes:
        drawing = services.explorer.overlay_drawing(scene, place, title, description, say("api.photo"))
        return drawing.encode("utf-8")

    answer = await serve(request, services, scene.image, work, "image/svg+xml")
    answer.headers["Vary"] = "Accept-Language"
    return answer
