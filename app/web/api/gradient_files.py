"""One gradient as a file: its numbers, or a picture of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.explorer.gradients import gradient_npy, gradient_picture
from app.web.api import schemas
from app.web.api.gradients_schemas import LossQuery, NpyQuery
from app.web.api.maps import NPY, gives
from app.web.deps import ServicesOf
from app.web.images import serve

router = APIRouter(tags=["gradients"])


@router.get("/gradients/{stage}.npy", summary="A gradient's numbers", **gives(NPY, "float64, unrounded."))
async def get_npy(
    request: Request, services: ServicesOf, stage: schemas.Index, query: Annotated[NpyQuery, Query()]
) -> Response:
    """The gradient by a stage's maps (channels, rows, columns), or by the kernels of its layer (kernel, slice,
    row, column; in a bank of several sizes each is centred in the largest). The loss reads the last stage.

    ```sh
    curl -g -o gradient.npy "http://127.0.0.1:8000/api/v1/gradients/1.npy?image=cat-chelsea&stack=gray|conv(sobel_x)|square&size=64"
    ```
    """
    question, part = query.question(), query.of
    return await serve(
        request, services, query.image, lambda: gradient_npy(services.explorer, question, stage, part), NPY
    )


@router.get(
    "/gradients/{stage}/{channel}.png",
    summary="A gradient as picture",
    **gives("image/png", "One pixel a cell."),
)
async def get_picture(
    request: Request,
    services: ServicesOf,
    stage: schemas.Index,
    channel: schemas.Index,
    query: Annotated[LossQuery, Query()],
) -> Response:
    """The gradient by one map of a stage in diverging colours, zero in the middle. The loss reads the last stage.

    ```sh
    curl -g -o gradient.png "http://127.0.0.1:8000/api/v1/gradients/1/0.png?image=cat-chelsea&stack=gray|conv(sobel_x)|square&size=64"
    ```
    """
    question, explorer = query.question(), services.explorer
    return await serve(
        request,
        services,
        query.image,
        lambda: gradient_picture(explorer, question, stage, channel),
        "image/png",
    )
