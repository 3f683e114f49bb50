"""Labels for several photos at once: one batch (N, C, H, W) through a network."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.engine.changes import CHANGES
from app.explorer import LoosePhoto, NoCache
from app.explorer.batch import MOST, Answered, answer_batch, read_picture
from app.layers.base import Array
from app.store.decode import decode
from app.web.api import schemas
from app.web.api.answers import answer_json, problems
from app.web.api.bodies import background_of, content_type, one_of, read_files_form, read_json, unread
from app.web.api.classify_schemas import SCORES, FileClassifyBody
from app.web.deps import Services, ServicesOf

router = APIRouter(tags=["networks"])
ChangeName = Annotated[str, Field(description=f"One of {', '.join(CHANGES)}.", examples=["upside_down"])]


class BatchBody(BaseModel):
    """Photos to label together; every change is made of every photo, photo by photo."""

    model_config = ConfigDict(extra="forbid")

    images: list[schemas.Image] = Field(min_length=1, max_length=MOST)
    changes: list[ChangeName] = Field(["none"], min_length=1, max_length=len(CHANGES))
    network: str | None = Field(
        None, max_length=100, description="A network's name; the first one if left out."
    )


class BatchStage(BaseModel):
    """A stage that the batch went through."""

    layer: str = Field(description="In the notation of stacks; empty for the pictures themselves.")
    kind: str = Field(description="The layer's kind; `input` for the pictures themselves.")
    shape: tuple[int, int, int, int] = Field(description="N pictures, C maps, H rows, W columns.")


class BatchAnswer(BaseModel):
    """What the network says of one picture of the batch."""

    n: int = Field(description="Its place along the first axis, from 0.")
    image: str | None = Field(None, description="As it was asked for; missing where a file was sent.")
    change: str = Field(description="What was done to the picture before; `none` for nothing.")
    label: str = Field(description="A class, or unsure.")
    probabilities: dict[str, float] = Field(description="By class, 0 to 1; together 1.")
    confidence: float = Field(description="The likeliest class's probability, 0 to 1.")
    reason: Literal["low_confidence", "unlike_training"] | None = Field(
        None, description="Only with unsure: low_confidence or unlike_training."
    )
    scores: dict[str, float] = Field(description=SCORES)


class BatchOut(BaseModel):
    """The answers in the order of the batch, and its shape at every stage."""

    network: str = Field(description="The network asked.")
    axes: Literal["NCHW"] = Field("NCHW", description="Order of the numbers in `shape`.")
    stages: list[BatchStage]
    answers: list[BatchAnswer]
    milliseconds: float = Field(description="How long all of it took on the server.")


@router.post(
    "/classify/batch",
    summary="Label several photos at once",
    response_model=BatchOut,
    responses=problems(404, 410, 413, 415, 422, 503),
    openapi_extra=one_of(BatchBody, file=FileClassifyBody),
)
async def classify_batch(request: Request, services: ServicesOf) -> Response:
    """Up to 16 pictures run together; `stages` shows the batch axis N at every layer.

    ```sh
    curl -H "Content-Type: application/json" \\
      -d '{"images": ["cat-chelsea", "dog-retriever"], "changes": ["none", "upside_down"]}' \\
      http://127.0.0.1:8000/api/v1/classify/batch
    ```

    Files are sent as several fields `file`, together not larger than one upload may be; they are looked at
    once and not kept.

    ```sh
    curl -F file=@cat.jpg http://127.0.0.1:8000/api/v1/classify/batch
    ```
    """
    kind, start = content_type(request), time.perf_counter()
    if kind == "application/json":
        body = await read_json(request, BatchBody)
        return answer_json(request, await services.jobs.run(lambda: _known(services, body, start), request))
    if kind != "multipart/form-data":
        raise unread(request, "application/json", "multipart/form-data")
    fields, files = await read_files_form(request, FileClassifyBody, MOST)
    found = await services.jobs.run(lambda: _files(services, fields, files, start), request)
    answer = answer_json(request, found)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _known(services: Services, body: BatchBody, start: float) -> BatchOut:
    explorer = services.explorer
    network = explorer.network(body.network)
    items = [(image, change) for image in body.images for change in body.changes]
    pictures = [
        read_picture(explorer, explorer.photo(image), network, change, explorer.traces)
        for image, change in items[: MOST + 1]  # one too many is refused by its count
    ]
    return _answered(answer_batch(explorer, pictures, network), items, start)


def _files(services: Services, fields: FileClassifyBody, files: Sequence[bytes], start: float) -> BatchOut:
    explorer = services.explorer
    network, background = explorer.network(fields.network), background_of(fields.background)

    def read(data: bytes) -> Array:
        photo = LoosePhoto(decode(data, background=background, limits=services.limits).pixels)
        return read_picture(explorer, photo, network, "none", NoCache())

    found = answer_batch(explorer, [read(data) for data in files], network)
    return _answered(found, [(None, "none")] * len(files), start)


def _answered(found: Answered, items: Sequence[tuple[str | None, str]], start: float) -> BatchOut:
    answers = []
    for n, (said, (image, change)) in enumerate(zip(found.answers, items, strict=True)):
        told: dict[str, Any] = {"image": image} if image is not None else {}
        told |= {"reason": said.reason} if said.reason is not None else {}
        answers.append(
            BatchAnswer(
                n=n,
                change=change,
                label=said.label,
                probabilities=dict(said.probabilities),
                confidence=said.confidence,
                scores={"other_probability": said.other, **said.logits},
                **told,
            )
        )
    stages = [BatchStage(layer=s.layer, kind=s.kind, shape=s.shape) for s in found.batch.stages]
    return BatchOut(
        network=found.network.name,
        axes="NCHW",
        stages=stages,
        answers=answers,
        milliseconds=round(1000 * (time.perf_counter() - start), 2),
    )
