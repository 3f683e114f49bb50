"""The pictures that a network's units answer to most: what they reach, as sheets, and one by one."""

from __future__ import annotations

import io
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Path, Request, Response
from PIL import Image
from pydantic import BaseModel, Field

from app.domain.errors import UserError
from app.engine.dreams import Dreams, Sheet
from app.rendering.png import rgb8_png
from app.web.addresses import API
from app.web.api.answers import answer_json, problems
from app.web.deps import Services, ServicesOf
from app.web.images import FOREVER, answer_bytes

router = APIRouter(tags=["networks"])
_ERRORS = problems(404, 410, 422, 503)
StageOf = Annotated[int, Path(ge=1, le=1000, description="A stage behind a layer with learned numbers.")]
UnitOf = Annotated[
    int, Path(ge=0, le=100_000, description="The unit: a map, or an output of the last layer.")
]


class SheetOut(BaseModel):
    """The pictures of one stage's units."""

    stage: int = Field(
        description="Behind the learned layer, before its activation; the last one is the logits."
    )
    rows: int = Field(description="Of one picture, in pixels.")
    cols: int = Field(description="Of one picture, in pixels.")
    columns: int = Field(description="Pictures in a line of the sheet, in reading order.")
    field: tuple[int, int] = Field(
        description="Rows and columns of what the network reads that a picture fills, enlarged where it is smaller."
    )
    reached: list[float] = Field(description="What each unit answers to its picture as it is shipped.")
    sheet_url: str = Field(description="The sheet as WebP.")


class DreamsOut(BaseModel):
    """All sheets of a network."""

    network: str = Field(description="The network asked.")
    sha256: str = Field(description="Checksum of the weights that the pictures were drawn for.")
    steps: int = Field(description="Steps of gradient ascent.")
    seed: int = Field(description="Begins the random numbers.")
    sheets: list[SheetOut]


@router.get(
    "/networks/{name}/dreams",
    summary="What units answer to most",
    response_model=DreamsOut,
    responses=_ERRORS,
)
async def list_dreams(request: Request, services: ServicesOf, name: str) -> Response:
    """Pictures found by gradient ascent, one a unit, and what each really reaches.

    ```sh
    curl http://127.0.0.1:8000/api/v1/networks/catdog/dreams
    ```
    """

    def work() -> DreamsOut:
        network, found = services.explorer.network(name), dreams_of(services, name)
        return DreamsOut(
            network=network.name,
            sha256=network.sha256,
            steps=found.steps,
            seed=found.seed,
            sheets=[
                SheetOut(
                    stage=sheet.stage,
                    rows=sheet.rows,
                    cols=sheet.cols,
                    columns=sheet.columns,
                    field=sheet.field,
                    reached=list(sheet.reached),
                    sheet_url=f"{API}/networks/{name}/dreams/{sheet.stage}.webp?v={network.sha256[:10]}",
                )
                for sheet in found.sheets.values()
            ],
        )

    return answer_json(request, await services.jobs.run(work, request))


@router.get(
    "/networks/{name}/dreams/{stage}.webp",
    summary="All pictures of a stage",
    response_class=Response,
    responses={200: {"content": {"image/webp": {}}, "description": "The sheet as it is shipped."}, **_ERRORS},
)
async def dream_sheet(request: Request, services: ServicesOf, name: str, stage: StageOf) -> Response:
    """Every unit's picture, without gaps, in reading order.

    ```sh
    curl -o sheet.webp http://127.0.0.1:8000/api/v1/networks/catdog/dreams/15.webp
    ```
    """
    body = await services.jobs.run(lambda: sheet_of(services, name, stage).webp, request)
    return answer_bytes(request, body, "image/webp", {"Cache-Control": FOREVER})


@router.get(
    "/networks/{name}/dreams/{stage}/{unit}.png",
    summary="What a unit answers to most",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}, "description": "One picture."}, **_ERRORS},
)
async def dream_picture(
    request: Request, services: ServicesOf, name: str, stage: StageOf, unit: UnitOf
) -> Response:
    """One unit's picture; of the last stage, what a class would like best to see.

    ```sh
    curl -o dream.png http://127.0.0.1:8000/api/v1/networks/catdog/dreams/15/7.png
    ```
    """
    body = await services.jobs.run(lambda: _cut(services, name, stage, unit), request)
    return answer_bytes(request, body, "image/png", {"Cache-Control": FOREVER})


def dreams_of(services: Services, name: str) -> Dreams:
    """The pictures of a network.

    Raises
    ------
    UserError
        `network_unknown`, `dreams_missing`.
    """
    network = services.explorer.network(name)
    found = services.dreams(network)
    if found is None:
        raise UserError("dreams_missing", name=network.name)
    return found


def sheet_of(services: Services, name: str, stage: int) -> Sheet:
    """The sheet of a stage.

    Raises
    ------
    UserError
        `no_such_dream`, with the stages that there are.
    """
    found = dreams_of(services, name)
    if stage not in found.sheets:
        raise UserError("no_such_dream", stage=stage, known=", ".join(map(str, found.sheets)))
    return found.sheets[stage]


def _cut(services: Services, name: str, stage: int, unit: int) -> bytes:
    sheet = sheet_of(services, name, stage)
    if unit >= len(sheet.reached):
        raise UserError("no_such_dream_unit", unit=unit, stage=stage, last=len(sheet.reached) - 1)
    top, left = sheet.corner(unit)
    network = services.explorer.network(name)

    def make() -> bytes:
        with Image.open(io.BytesIO(sheet.webp)) as image:
            part = image.convert("RGB").crop((left, top, left + sheet.cols, top + sheet.rows))
        return rgb8_png(np.asarray(part))

    return services.explorer.pictures.get_or_make(("dream", network.sha256, stage, unit), make)
