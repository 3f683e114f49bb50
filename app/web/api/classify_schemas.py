"""What a request for a label takes and its answer holds, as pydantic models."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.web.api.schemas import Image

SCORES = (
    "By output (cat, dog, other), its logit: the network's raw number, of any sign and size, no probability. Beside "
    "them `other_probability`, which is one: 0 to 1, that the picture is none of the classes, uncalibrated."
)


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

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "label": "cat",
                    "probabilities": {"cat": 0.9994, "dog": 0.0006},
                    "confidence": 0.9994,
                    "scores": {"other_probability": 0.014, "cat": 3.27, "dog": -3.76, "other": -0.98},
                    "network": "catdog",
                    "milliseconds": 31.4,
                }
            ]
        }
    )

    label: str = Field(description="A class, or unsure; cat, dog or unsure of the shipped network.")
    probabilities: dict[str, float] = Field(
        description="By class, its probability, 0 to 1; together 1. Calibrated, unless the network is an upload."
    )
    confidence: float = Field(
        description="The likeliest class's probability, 0 to 1, also where the label is unsure."
    )
    reason: Literal["low_confidence", "unlike_training"] | None = Field(
        None,
        description="Only with unsure. low_confidence: no class is likely enough; unlike_training: the picture is "
        "probably none of the classes.",
    )
    scores: dict[str, float] = Field(description=SCORES)
    network: str = Field(description="The network asked.")
    milliseconds: float = Field(description="How long it took on the server.")
