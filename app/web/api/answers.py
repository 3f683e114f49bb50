"""The parts that several answers share: stages, boxes, refusals, uploads; and JSON as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from app.domain.errors import Refusal
from app.domain.fields import Field
from app.engine.cells import StageBox
from app.engine.trace import Trace
from app.layers.base import Layer, Off
from app.store.decode import Notice
from app.store.photos import StoredPhoto
from app.web.addresses import Addresses
from app.web.api import schemas
from app.web.images import ASK_AGAIN, answer_bytes
from app.web.language import Say, say_fault

MEANINGS = {
    400: "The body cannot be read.",
    403: "The delete token is another upload's.",
    404: "There is nothing of this name.",
    410: "The upload's time is over.",
    413: "Too large.",
    415: "A kind of file or body that is not read here.",
    422: "Something in the request cannot be used; `detail` says what and how to mend it.",
    503: "Too busy or full; try again after Retry-After seconds.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for its description."""
    return {status: {"description": MEANINGS[status], "model": schemas.Problem} for status in statuses}


def answer_json(request: Request, model: BaseModel, **headers: str) -> Response:
    """A model as JSON, with a tag so that it can be asked for again cheaply."""
    sent = {"Cache-Control": ASK_AGAIN, "Vary": "Accept-Language", **headers}
    return answer_bytes(request, model.model_dump_json(exclude_unset=True).encode(), "application/json", sent)


def kind_of(layer: Layer | None) -> str:
    """The layer's kind, also when it is switched off."""
    inner = layer.layer if isinstance(layer, Off) else layer
    return inner.kind if inner else "input"


def field_of(field: Field) -> dict[str, Any]:
    """A receptive field in plain numbers."""
    return {"size": field.size, "jump": (float(field.jump[0]), float(field.jump[1])), "start": field.start}


def stage_of(trace: Trace, stage: int, addresses: Addresses) -> schemas.StageOut:
    """Everything about one stage."""
    found, layer = trace.stages[stage], trace.layer(stage)
    before = trace.stages[max(stage - 1, 0)].shape
    numbers, formula = found.statistics, trace.formula(stage)
    return schemas.StageOut(
        stage=stage,
        layer=layer.text if layer else "",
        kind=kind_of(layer),
        off=bool(layer and layer.off),
        input_shape=before,
        shape=found.shape,
        min=numbers.min,
        max=numbers.max,
        mean=numbers.mean,
        std=numbers.std,
        zeros=numbers.zeros,
        ranges=list(numbers.ranges),
        parameters=layer.parameter_count(before) if layer else 0,
        multiply_adds=layer.multiply_adds(before) if layer else 0,
        receptive_field=schemas.ReceptiveField(**field_of(trace.field(stage))),
        formula=formula.text if formula else "",
        map_url=addresses.map(stage, "{channel}"),
        atlas_url=addresses.atlas(stage),
        tensor_url=addresses.tensor(stage),
    )


def refused_of(refusal: Refusal, stage: int, say: Say) -> schemas.RefusedOut:
    """Why a layer could not work, and what would fit."""
    return schemas.RefusedOut(
        stage=stage,
        code=refusal.code,
        reason=say_fault(refusal, say),
        formula=refusal.formula,
        suggestion=refusal.suggestion,
    )


def boxes_of(boxes: Iterable[StageBox]) -> list[schemas.BoxOut]:
    """The boxes of a cell, input first."""
    return [
        schemas.BoxOut(
            stage=found.stage,
            top=found.box.rows.first,
            left=found.box.cols.first,
            bottom=found.box.rows.last,
            right=found.box.cols.last,
            clipped=found.clipped,
        )
        for found in boxes
    ]


def upload_of(photo: StoredPhoto, notices: Sequence[Notice], say: Say) -> schemas.UploadOut:
    """A stored photo, as whoever sent it is told."""
    return schemas.UploadOut(
        image=photo.image,
        width=photo.width,
        height=photo.height,
        original={
            "width": photo.original_width,
            "height": photo.original_height,
            "format": photo.format,
            "frames": photo.frames,
        },
        expires=datetime.fromtimestamp(photo.expires, UTC).isoformat(timespec="seconds"),
        delete_token=photo.delete_token or "",
        notices=[say(f"notices.{notice.code}", **dict(notice.params)) for notice in notices],
    )
