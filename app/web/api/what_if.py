"""What if: the label of a photo with a part covered, maps muted or amplified, learned kernels replaced."""

from __future__ import annotations

import time

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import UserError
from app.engine.probe import MOST_GAIN, Change, Cover
from app.layers.banked import BankLayer
from app.layers.registry import parse_stack
from app.web.api.answers import answer_json, problems
from app.web.api.bodies import content_type, one_of, read_json, unread
from app.web.api.classify import classified
from app.web.api.classify_schemas import ClassifyBody, ClassifyOut
from app.web.deps import Services, ServicesOf

router = APIRouter(tags=["networks"])


class CoverBody(BaseModel):
    """A rectangle of the picture that the network reads, in its pixels."""

    model_config = ConfigDict(extra="forbid")

    top: int = Field(ge=-2048, le=2048)
    left: int = Field(ge=-2048, le=2048)
    rows: int = Field(ge=1, le=2048)
    columns: int = Field(ge=1, le=2048)


class GainBody(BaseModel):
    """A map made weaker (below 1, 0 mutes it) or stronger."""

    model_config = ConfigDict(extra="forbid")

    stage: int = Field(ge=0, le=64, description="As in the network's trace.")
    channel: int = Field(ge=0, le=20_000)
    gain: float = Field(ge=0, le=MOST_GAIN, allow_inf_nan=False)


class KernelBody(BaseModel):
    """A kernel of the first learned layer replaced by a hand-made one, on the grey picture, equally strong."""

    model_config = ConfigDict(extra="forbid")

    channel: int = Field(ge=0, le=20_000)
    kernel: str = Field(max_length=4000, examples=["sobel_x", "[0,1,0;1,-4,1;0,1,0]"])


class WhatIfBody(ClassifyBody):
    """A photo and what is changed."""

    cover: CoverBody | None = None
    gains: list[GainBody] = Field([], max_length=64)
    kernels: list[KernelBody] = Field([], max_length=64)

    def change(self) -> Change:
        """The change in the engine's terms; a kernel's fault has its position in the kernel's own text."""
        cover = self.cover
        return Change(
            cover=Cover(cover.top, cover.left, cover.rows, cover.columns) if cover else None,
            gains={(one.stage, one.channel): one.gain for one in self.gains},
            kernels={one.channel: _kernel(one.kernel) for one in self.kernels},
        )


@router.post(
    "/what-if",
    summary="Label a changed photo or network",
    response_model=ClassifyOut,
    responses=problems(404, 410, 415, 422, 503),
    openapi_extra=one_of(WhatIfBody),
)
async def what_if(request: Request, services: ServicesOf) -> Response:
    """What the network would say if a part of the photo were covered, a map muted, a kernel another.

    ```sh
    curl -H "Content-Type: application/json" \\
      -d '{"image": "cat-chelsea", "cover": {"top": 20, "left": 30, "rows": 28, "columns": 28}}' \\
      http://127.0.0.1:8000/api/v1/what-if
    ```
    """
    if content_type(request) != "application/json":
        raise unread(request, "application/json")
    body = await read_json(request, WhatIfBody)
    return answer_json(request, await services.jobs.run(lambda: _answered(services, body), request))


def _answered(services: Services, body: WhatIfBody) -> ClassifyOut:
    start = time.perf_counter()
    return classified(*services.explorer.what_if(body.image, body.change(), body.network), start)


def _kernel(text: str) -> NDArray[np.float64]:
    layer = parse_stack(f"conv({text})").layers[0]
    assert isinstance(layer, BankLayer)
    if len(layer.kernels) != 1 or len(layer.kernels[0].slices) != 1:
        raise UserError("one_kernel_needed", value=text[:40])
    return layer.kernels[0].slices[0]
