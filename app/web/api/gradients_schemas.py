"""What gradients take and give, as pydantic models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.notation import MAX_CHARACTERS
from app.engine.gradients.loss import Kind
from app.explorer.gradients import GradientQuestion
from app.web.api import schemas

MAX_NUMBERS = 4096  # of a gradient that is written out; larger ones are NPY
_TARGET = "For sse: `grid([4,1;3,2])` with one matrix a map, or a second stack on the same photo."
_KIND = "sse: the sum of (Z − T)²; sum: the sum of Z; cell: one cell of Z."
_AT = "For cell: where it is in the last stage."


class LossQuery(schemas.SceneQuery):
    """A scene, and a loss of its last stage Z."""

    loss: Kind = Field("sum", description=_KIND)
    target: str = Field("", max_length=MAX_CHARACTERS, description=_TARGET, examples=["grid([4,1;3,2])"])
    channel: schemas.Index = Field(0, description=_AT)
    row: schemas.Index = Field(0, description=_AT)
    column: schemas.Index = Field(0, description=_AT)

    def question(self, stage: int | None = None) -> GradientQuestion:
        """The question as the explorer takes it."""
        cell = (self.channel, self.row, self.column)
        return GradientQuestion(self.scene(), self.loss, self.target, cell, stage)


class GradientsQuery(LossQuery):
    """The same, for all gradients at once."""

    stage: schemas.Index | None = Field(None, description="The stage that the loss reads; the last.")
    check: bool = Field(True, description="Whether to hold a few entries against finite differences.")


class NpyQuery(LossQuery):
    """The same, for one gradient as a file."""

    of: Literal["maps", "kernels", "bias"] = Field(
        "maps", description="By the stage's maps, or by the kernels or biases of its layer."
    )


class StepQuery(LossQuery):
    """The same, for one entry."""

    stage: schemas.Index = Field(description="The stage of the layer that the gradient passes through.")
    of: Literal["kernel", "input"] = Field(description="A number of the layer, or a cell that it reads.")
    index: str = Field(
        max_length=100,
        description="kernel: `kernel,slice,row,column` (a conv's shared kernel has slice 0; local: the six "
        "indices of W; dense: `output,input`). input: `channel,row,column`.",
        examples=["0,0,1,2"],
    )
    limit: int = Field(256, ge=0, le=MAX_NUMBERS, description="How many products are listed.")


class LossBody(BaseModel):
    """What the gradients are of."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field("sum", description=_KIND)
    target: str = Field("", max_length=MAX_CHARACTERS, description=_TARGET)
    channel: schemas.Index = Field(0, description=_AT)
    row: schemas.Index = Field(0, description=_AT)
    column: schemas.Index = Field(0, description=_AT)


class GradientsBody(schemas.SceneBody):
    """A scene and a loss."""

    stage: schemas.Index | None = Field(None, description="The stage that the loss reads; the last.")
    loss: LossBody = LossBody()
    check: bool = Field(True, description="Whether to hold a few entries against finite differences.")

    def query(self) -> GradientsQuery:
        """The same as a query."""
        fields = self.model_dump(exclude={"loss"}, exclude_unset=True)
        loss = self.loss.model_dump(exclude={"kind"})
        return GradientsQuery(**fields, **loss, loss=self.loss.kind)


class StageGradient(BaseModel):
    """The gradient of the loss by a stage's maps."""

    stage: int = Field(description="0 is the input.")
    layer: str = Field(description="The layer that made the stage; empty for the input.")
    shape: tuple[int, int, int] = Field(description="Channels, rows, columns.")
    min: float = Field(description="Smallest entry.")
    max: float = Field(description="Largest entry.")
    gradient: list[list[list[float]]] | None = Field(
        None, description=f"Map, row, column; left out above {MAX_NUMBERS} numbers."
    )
    npy_url: str = Field(description="The same as NPY, float64.")


class LayerGradient(BaseModel):
    """The gradients of the loss by a layer's own numbers."""

    stage: int = Field(description="The stage that the layer made.")
    layer: str = Field(description="Its canonical text.")
    kind: str = Field(description="As in `GET /layers`.")
    count: int = Field(description="How many numbers the kernels hold.")
    kernels: list[Any] | None = Field(
        None,
        description="One entry a kernel, in its own size: slices, rows, columns (local: the five other "
        f"indices of W; dense: inputs); left out above {MAX_NUMBERS} numbers. A kernel that several channels "
        "share has one slice, the sum over them.",
    )
    bias: list[float] | None = Field(None, description="One number a kernel.")
    npy_url: str = Field(description="The kernels' gradients as NPY, float64.")


class EntryOut(BaseModel):
    """One number moved a little."""

    of: Literal["input", "kernel"] = Field(
        description="A cell of the stage's maps, or a number of its layer."
    )
    stage: int = Field(description="Where it stands; 0 is the input.")
    index: list[int] = Field(description="Its place, from 0.")
    gradient: float = Field(description="As computed backwards.")
    difference: float = Field(description="(J(x + h) − J(x − h)) / 2h.")
    digits: int = Field(description="Digits in which both agree, against the largest of that gradient.")
    corner: bool = Field(
        description="Whether the loss has a corner here (ReLU at 0, equal cells in a maximum); the difference "
        "then lies between two slopes and says nothing."
    )


class CheckOut(BaseModel):
    """Gradients against finite differences."""

    digits: int | None = Field(
        description="In how many digits all entries agree at least, corners left out; null if all are corners."
    )
    corners: int = Field(description="Entries at a corner.")
    entries: list[EntryOut]


class GradientsOut(BaseModel):
    """A loss and all its gradients."""

    stack: str = Field(description="The canonical text up to the stage of the loss.")
    image: str = Field(description="As asked.")
    stage: int = Field(description="The stage that the loss reads.")
    loss: float = Field(description="Its value J.")
    kind: Kind = Field(description="As asked.")
    stages: list[StageGradient]
    layers: list[LayerGradient]
    check: CheckOut | None = None
    says: list[str] = Field(description="What came of it, in sentences.")


class ProductOut(BaseModel):
    """Gradient of an output cell times the factor by which the entry moves that cell."""

    output: list[int] = Field(description="Map, row, column of the output cell.")
    gradient: float = Field(description="dJ by it.")
    name: str = Field(description="The factor: kernel, input, slope, share or winner.")
    index: list[int] = Field(
        description="Where the factor stands: K[i,j,k,l], or channel, row, column of the input (outside: "
        "padding); empty for a share."
    )
    factor: float = Field(description="By how much the output cell moves with the entry.")
    product: float = Field(description="Gradient times factor.")


class StepOut(BaseModel):
    """One entry of a gradient as a sum of products."""

    stage: int = Field(description="As asked.")
    of: Literal["kernel", "input"] = Field(description="As asked.")
    index: list[int] = Field(description="As asked.")
    value: float = Field(description="The entry of the gradient.")
    condition: str = Field(description="Which products count, with the numbers put in.")
    count: int = Field(description="How many products there are.")
    products: list[ProductOut]
    sum: float = Field(description="Of the products listed.")
    left_out: int = Field(description="Products that are not listed.")
    says: list[str] = Field(description="The step in sentences.")
