"""Receptive fields of a stack, without a photo."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.domain.errors import Refusal, UserError, no_such_cell
from app.domain.fields import Window, receptive_field
from app.domain.shapes import Shape
from app.engine.cells import Place, field_boxes
from app.layers.stack import Stack
from app.web.api import schemas
from app.web.api.answers import answer_json, boxes_of, field_of, kind_of, problems, refused_of
from app.web.deps import SayOf, ServicesOf
from app.web.language import Say

router = APIRouter(tags=["cells"])
PHOTO_CHANNELS = 3


class FieldQuery(BaseModel):
    """A stack, the size of its input, and perhaps a cell."""

    stack: schemas.StackText = ""
    height: int = Field(ge=1, le=8192, description="Rows of the input.", examples=[224])
    width: int = Field(ge=1, le=8192, description="Columns of the input.", examples=[224])
    stage: schemas.Index | None = Field(
        None, description="Of the cell whose boxes are wanted; 0 is the input."
    )
    row: schemas.Index | None = Field(None, description="Of that cell, from 0.")
    column: schemas.Index | None = Field(None, description="Of that cell, from 0.")


class FieldRow(schemas.ReceptiveField):
    """One stage of a receptive-field table."""

    stage: int = Field(description="0 is the input.")
    layer: str = Field(description="The layer's canonical text; empty for the input.")
    kind: str = Field(description="The layer's kind; `input` at stage 0.")
    shape: tuple[int, int, int] = Field(description="Channels, rows, columns.")
    formula: str = Field(description="The output size with its numbers put in.")


class FieldOut(BaseModel):
    """The receptive field of every stage and, for a cell, its boxes."""

    stack: str = Field(description="The canonical text.")
    stages: list[FieldRow]
    boxes: list[schemas.BoxOut] | None = Field(
        None, description="What the cell asked for sees on every stage up to its own."
    )
    refused: schemas.RefusedOut | None = None


@router.get(
    "/receptive-field",
    summary="Receptive fields",
    response_model=FieldOut,
    responses=problems(422, 503),
)
async def get_field(
    request: Request, services: ServicesOf, say: SayOf, query: Annotated[FieldQuery, Query()]
) -> Response:
    """What a cell of every stage sees of an input of three channels: size, jump, start. Given a cell, also
    its box on every earlier stage; both ends included, and outside the input where padding is read.

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/receptive-field?stack=conv(box,padding=1)|maxpool(2)&height=224&width=224&stage=2&row=0&column=3"
    ```
    """
    given = (query.stage, query.row, query.column)
    if any(value is not None for value in given) and None in given:
        raise UserError("cell_incomplete")

    def work() -> FieldOut:
        return field_out(services.explorer.parse(query.stack), query, say)

    return answer_json(request, await services.jobs.run(work, request))


def field_out(stack: Stack, query: FieldQuery, say: Say) -> FieldOut:
    """The table, and the boxes of the cell asked for."""
    shapes: list[Shape] = [(PHOTO_CHANNELS, query.height, query.width)]
    windows: list[Window] = []
    rows = [_row(stack, 0, windows, shapes)]
    refused: Refusal | None = None
    for stage, layer in enumerate(stack.layers, start=1):
        try:
            shapes.append(layer.shape_after(shapes[-1]))
        except Refusal as refusal:
            refused = refusal
            break
        windows.append(layer.window(shapes[-2]))
        rows.append(_row(stack, stage, windows, shapes))
    body = FieldOut(stack=stack.text, stages=rows)
    if refused is not None:
        body.refused = refused_of(refused, len(shapes), say)
    if query.stage is not None and query.row is not None and query.column is not None:
        place = Place(query.stage, 0, query.row, query.column)
        body.boxes = boxes_of(
            field_boxes(windows[: place.stage], shapes, _checked(place, shapes, refused, len(stack.layers)))
        )
    return body


def _checked(place: Place, shapes: list[Shape], refused: Refusal | None, layers: int) -> Place:
    if place.stage >= len(shapes):
        if refused is not None and place.stage <= layers:
            raise refused
        raise UserError("no_such_stage", stage=place.stage, last=len(shapes) - 1)
    _, rows, cols = shapes[place.stage]
    if place.row >= rows or place.col >= cols:
        raise no_such_cell(shapes[place.stage], place.stage, 0, place.row, place.col)
    return place


def _row(stack: Stack, stage: int, windows: list[Window], shapes: list[Shape]) -> FieldRow:
    layer = stack.layers[stage - 1] if stage else None
    return FieldRow(
        stage=stage,
        layer=layer.text if layer else "",
        kind=kind_of(layer),
        shape=shapes[stage],
        formula=layer.formula(shapes[stage - 1]).text if layer else "",
        **field_of(receptive_field(windows, shapes[stage][1:])),
    )
