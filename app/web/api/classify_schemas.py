"""What a request for a label takes and its answer holds, as pydantic models."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.web.api.schemas import Image


class ClassifyBody(BaseModel):
    """A photo to label."""

    model_config = ConfigDict(extra="forbid")

    image: Image
    network: str | None = Field(
        None, max_length=100, description="A network's name; the first one if left out."
    )


class FileClassifyBody(BaseModel):
    """How to label an uploaded file."""

    model_config = ConfigDict(extra="forbid")

    network: str | None = Field(
        None, max_length=100, description="A network's name; the first one if left out."
    )
    background: str | None = Field(None, description="Colour under transparent pixels, `#rrggbb`; white.")


class ClassifyOut(BaseModel):
    """What the network says of the photo."""

    label: str = Field(description="A class, or unsure; cat, dog or unsure of the shipped network.")
    probabilities: dict[str, float] = Field(
        description="They share 1; calibrated, unless the network is an upload."
    )
    confidence: float
    reason: Literal["low_confidence", "unlike_training"] | None = None
    scores: dict[str, float] = Field(description="The network's raw outputs, and `other_probability`.")
    network: str
    milliseconds: float
