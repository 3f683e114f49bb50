"""The pictures that ship with the product."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from app.store.patterns import DEFAULT_SIZE, MAX_SIZE, PATTERNS
from app.store.samples import SAMPLES
from app.web.addresses import image_url
from app.web.api.answers import answer_json
from app.web.deps import SayOf

router = APIRouter(tags=["images"])


class SampleOut(BaseModel):
    """A sample picture."""

    image: str = Field(description="Its name: what every other call takes as `image`.")
    text: str = Field(description="What is on it.")
    kind: str = Field(description="cat, dog, both or neither.")
    question: str = Field(description="What to ask a class about it, above all where a network is wrong.")
    width: int = Field(description="In pixels.")
    height: int = Field(description="In pixels.")
    author: str = Field(description="Whom to thank.")
    licence: str = Field(description="Under which it may be used.")
    source: str = Field(description="Where it comes from.")
    url: str = Field(description="The picture as PNG.")


class SamplesOut(BaseModel):
    """Samples, and the patterns that can be made."""

    samples: list[SampleOut]
    patterns: dict[str, Any] = Field(
        description="`names` of the patterns, and their `size` in cells: default, low, high."
    )


@router.get("/samples", summary="Samples and patterns", response_model=SamplesOut)
async def list_samples(request: Request, say: SayOf) -> Response:
    """The pictures that need no upload, with authors and licences.

    ```sh
    curl http://127.0.0.1:8000/api/v1/samples
    ```
    """
    samples = [
        SampleOut(
            image=sample.name,
            text=say(f"samples.{sample.name}"),
            kind=sample.kind,
            question=say(f"questions.{sample.name}"),
            width=sample.width,
            height=sample.height,
            author=sample.author,
            licence=sample.licence,
            source=sample.source,
            url=image_url(sample.name),
        )
        for sample in SAMPLES
    ]
    patterns = {"names": list(PATTERNS), "size": {"default": DEFAULT_SIZE, "low": 1, "high": MAX_SIZE}}
    return answer_json(request, SamplesOut(samples=samples, patterns=patterns))
