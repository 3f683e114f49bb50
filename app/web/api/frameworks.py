"""What differs between PyTorch and Keras, in the numbers of one photo."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.explorer.frameworks import Initial, Shown, shown
from app.web.api import schemas
from app.web.api.answers import answer_json, problems
from app.web.deps import ServicesOf

router = APIRouter(tags=["code"])


class OrderOut(BaseModel):
    """Shape and first numbers in memory, as each framework lays an array out."""

    torch_shape: list[int] = Field(description="Sizes of the axes in PyTorch.")
    keras_shape: list[int] = Field(description="Sizes of the axes in Keras.")
    torch: list[float] = Field(description="First numbers in memory in PyTorch.")
    keras: list[float] = Field(description="First numbers in memory in Keras.")


class SameOut(BaseModel):
    """A convolution with Keras's `same` and with PyTorch's half a kernel on each side."""

    layer: int = Field(description="The layer, counted from 1.")
    strided: bool = Field(description="Whether it has this stride; else it was given stride 2 for this.")
    keras_sides: list[int] = Field(description="Cells added on the top, bottom, left and right.")
    torch_sides: list[int] = Field(description="Likewise with PyTorch.")
    keras_shape: list[int] = Field(description="Channels, rows, columns of the output with Keras.")
    torch_shape: list[int] = Field(description="Likewise with PyTorch.")
    cells: int = Field(description="Numbers compared.")
    differing: int | None = Field(description="Numbers that differ; none where the sizes do.")
    largest: float | None = Field(description="The largest difference; none where the sizes differ.")


class InitialOut(BaseModel):
    """Bounds of the even distribution of a new layer's first weights."""

    layer: int = Field(description="The layer, counted from 1.")
    fan_in: int = Field(description="Numbers that one output reads.")
    fan_out: int = Field(description="Outputs that one number goes into.")
    torch: float = Field(description="Bound in PyTorch: between its negative and itself.")
    keras: float = Field(description="Bound in Keras.")


class ShownOut(BaseModel):
    """Memory order of photo and kernels, `same` at a stride, first weights."""

    picture: OrderOut
    kernel: OrderOut | None
    kernel_layer: int = Field(description="Of `kernel`; 0 where there is no convolution.")
    same: list[SameOut]
    initial: InitialOut | None


@router.get(
    "/code/differences/shown",
    summary="Differences on a photo",
    response_model=ShownOut,
    responses=problems(404, 410, 422, 503),
)
async def shown_differences(
    request: Request, services: ServicesOf, query: Annotated[schemas.SceneQuery, Query()]
) -> Response:
    """The same differences in this photo's and this stack's numbers.

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/code/differences/shown?image=cat-chelsea&stack=gray|conv(sobel_x,stride=2,padding=same)&size=64"
    ```
    """

    def work() -> ShownOut:
        return told(shown(services.explorer, query.scene()))

    return answer_json(request, await services.jobs.run(work, request))


def told(found: Shown) -> ShownOut:
    """The answer as it is sent."""
    plain = dataclasses.asdict(found)
    if isinstance(found.initial, Initial):
        plain["initial"] |= {"torch": found.initial.torch, "keras": found.initial.keras}
    return ShownOut.model_validate(plain)
