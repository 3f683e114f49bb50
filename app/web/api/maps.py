"""The maps of a scene as pictures and as numbers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.explorer.explorer import Decimal
from app.web.api import schemas
from app.web.api.answers import problems
from app.web.deps import ServicesOf
from app.web.images import serve

router = APIRouter(tags=["maps"])
SceneOf = Annotated[schemas.SceneQuery, Query()]
PictureOf = Annotated[schemas.PictureQuery, Query()]
NPY = "application/octet-stream"


class TableQuery(schemas.SceneQuery):
    """A scene, and how its numbers are written."""

    decimal: Decimal = "."


class SheetQuery(schemas.PictureQuery):
    """A scene, how its maps are coloured, and how large each may be on the sheet."""

    side: int | None = Field(
        None, ge=8, le=2048, description="Most pixels a side of each map: only every n-th cell is drawn."
    )


def gives(media_type: str, description: str) -> dict[str, Any]:
    """A route's description of an answer that is no JSON."""
    found: dict[int | str, dict[str, Any]] = {200: {"content": {media_type: {}}, "description": description}}
    found.update(problems(404, 410, 422, 503))
    return {"response_class": Response, "responses": found}


@router.get(
    "/tensors/{stage}.npy", summary="A stage's numbers", **gives(NPY, "float32, (channels, rows, columns).")
)
async def tensor(request: Request, services: ServicesOf, stage: schemas.Index, query: SceneOf) -> Response:
    """All maps of a stage, exactly as they were computed.

    ```sh
    curl -g -o stage.npy "http://127.0.0.1:8000/api/v1/tensors/2.npy?image=cat-chelsea&stack=gray|conv(sobel_x)"
    ```
    """
    scene = query.scene()
    return await serve(
        request, services, scene.image, lambda: services.explorer.tensor_npy(scene, stage), NPY
    )


@router.get(
    "/maps/{stage}/{channel}.png", summary="A map as picture", **gives("image/png", "One pixel a cell.")
)
async def map_picture(
    request: Request, services: ServicesOf, stage: schemas.Index, channel: schemas.Index, query: PictureOf
) -> Response:
    """One map in colours, true pixels.

    ```sh
    curl -g -o edges.png "http://127.0.0.1:8000/api/v1/maps/2/0.png?image=cat-chelsea&stack=gray|conv(sobel_x)"
    ```
    """
    scene, shade = query.scene(), query.shade()
    explorer = services.explorer
    return await serve(
        request,
        services,
        scene.image,
        lambda: explorer.map_picture(scene, stage, channel, shade),
        "image/png",
    )


@router.get(
    "/maps/{stage}/{channel}.npy", summary="A map's numbers", **gives(NPY, "float32, (rows, columns).")
)
async def map_npy(
    request: Request, services: ServicesOf, stage: schemas.Index, channel: schemas.Index, query: SceneOf
) -> Response:
    """One map for NumPy.

    ```sh
    curl -o red.npy "http://127.0.0.1:8000/api/v1/maps/0/0.npy?image=cat-chelsea&size=64"
    ```
    """
    scene = query.scene()
    return await serve(
        request, services, scene.image, lambda: services.explorer.map_npy(scene, stage, channel), NPY
    )


@router.get("/maps/{stage}/{channel}.csv", summary="A map as table", **gives("text/csv", "A line a row."))
async def map_csv(
    request: Request,
    services: ServicesOf,
    stage: schemas.Index,
    channel: schemas.Index,
    query: Annotated[TableQuery, Query()],
) -> Response:
    """One map for a spreadsheet; `decimal=,` writes it as those set to Spanish expect.

    ```sh
    curl "http://127.0.0.1:8000/api/v1/maps/0/0.csv?image=pattern(edge,size=8)"
    ```
    """
    scene, decimal = query.scene(), query.decimal
    explorer = services.explorer
    return await serve(
        request, services, scene.image, lambda: explorer.map_csv(scene, stage, channel, decimal), "text/csv"
    )


@router.get(
    "/maps/{stage}.png", summary="All maps on one sheet", **gives("image/png", "Maps in reading order.")
)
async def atlas(
    request: Request,
    services: ServicesOf,
    stage: schemas.Index,
    query: Annotated[SheetQuery, Query()],
) -> Response:
    """Every map of a stage, side by side without gaps; `side=128` for a small sheet of large maps.

    ```sh
    curl -g -o sheet.png "http://127.0.0.1:8000/api/v1/maps/1.png?image=cat-chelsea&stack=conv(sobel_x,sobel_y)"
    ```
    """
    scene, shade = query.scene(), query.shade()
    return await serve(
        request,
        services,
        scene.image,
        lambda: services.explorer.atlas_picture(scene, stage, shade, query.side),
        "image/png",
    )


@router.get("/cells.png", summary="The cells that the stack reads", **gives("image/png", "In colour."))
async def cells(request: Request, services: ServicesOf, query: SceneOf) -> Response:
    """The photo as the stack reads it: cropped or squeezed, at the working size.

    ```sh
    curl -o cells.png "http://127.0.0.1:8000/api/v1/cells.png?image=cat-chelsea&size=64&fit=crop"
    ```
    """
    scene = query.scene()
    return await serve(
        request, services, scene.image, lambda: services.explorer.input_picture(scene), "image/png"
    )
