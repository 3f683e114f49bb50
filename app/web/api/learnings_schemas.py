"""What learnings take and give, as pydantic models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import UserError
from app.domain.notation import MAX_CHARACTERS
from app.engine.learning.descent import MAX_STEPS, MOMENTA, Setting
from app.engine.learning.descent import RATES as KERNEL_RATES
from app.engine.learning.training import MAX_STEPS as MAX_SHAPE_STEPS
from app.engine.learning.training import RATES as SHAPE_RATES
from app.engine.reading import Fit
from app.explorer.learnings import KernelQuestion, Pair, Rule, ShapesQuestion
from app.store.learnings import Asked
from app.web.api import schemas

LARGEST_SIDE = 128
LARGEST_KERNEL = 31
FASTEST = 1000
ALSO_SHAPES = {"learn", "seed", "rate", "steps", "pace", "state", "shape"}
_RULES = "correlation as libraries compute it; convolution turns the kernel by 180° first."


class LearningBody(BaseModel):
    """What is to be learned. All but seed, rate, steps, pace and state is for a kernel alone."""

    model_config = ConfigDict(extra="forbid")

    learn: Literal["kernel", "shapes"] = Field(
        "kernel",
        description="kernel: one kernel from a picture before and after. shapes: a network of 1,299 numbers "
        "that tells rings, squares and plus signs apart.",
    )
    image: schemas.Image = "pattern(noise,size=64)"
    size: int = Field(64, ge=8, le=LARGEST_SIDE, description="Longer side of the pictures, in cells.")
    fit: Fit = Field("crop", description="How the pictures are brought to that size.")
    centred: bool = Field(False, description="Whether the picture's mean is taken away first.")
    kernel: str = Field(
        "",
        max_length=MAX_CHARACTERS,
        description="The hidden kernel that makes the picture after: `sobel_x`, `gaussian(size=5)`, "
        "`[1,0;0,-1]`. Give this, `target` or `after`.",
        examples=["sobel_x"],
    )
    made_by: Rule = Field("correlation", description=f"How the hidden kernel makes its picture: {_RULES}")
    target: str = Field(
        "",
        max_length=MAX_CHARACTERS,
        description="The picture after as a stack of one map on the same photo, or as `grid([..])`.",
        examples=["gray|conv(gaussian,padding=2)"],
    )
    after: str = Field("", max_length=4 * MAX_CHARACTERS, description="The picture after as another picture.")
    kernel_size: int = Field(3, ge=1, le=LARGEST_KERNEL, description="Side of a kernel that is not given.")
    stride: int = Field(1, ge=1, le=8)
    padding: int = Field(0, ge=0, le=32, description="Zeros on every side.")
    learned_by: Rule = Field("correlation", description=f"How the kernel that learns slides: {_RULES}")
    start: Literal["zeros", "random"] = Field("zeros", description="The first kernel; random: by the seed.")
    seed: int = Field(0, ge=0, le=2**31 - 1)
    rate: float | None = Field(
        None,
        description=f"Learning rate, {KERNEL_RATES[0]:g} to {KERNEL_RATES[1]:g}; for shapes "
        f"{SHAPE_RATES[0]:g} to {SHAPE_RATES[1]:g}. Left out: 0.4, for shapes 0.01.",
        examples=[0.4],
    )
    momentum: float = Field(0.0, ge=MOMENTA[0], le=MOMENTA[1])
    steps: int = Field(200, ge=1, le=MAX_STEPS, description=f"Steps; for shapes at most {MAX_SHAPE_STEPS}.")
    pace: int = Field(0, ge=0, le=FASTEST, description="Steps a second to watch; 0 is as fast as it goes.")
    state: Literal["running", "paused"] = Field("running", description="paused: wait to be let run.")
    shape: str = Field(
        "",
        max_length=MAX_CHARACTERS,
        description="For shapes alone: a picture of your own, an uploaded one or a grid, which the network is asked "
        "about as it learns. It is read in grey at 24 × 24.",
    )

    def question(self) -> KernelQuestion | ShapesQuestion:
        """The question as the explorer takes it.

        Raises
        ------
        UserError
            `learning_unused` for what shapes do not read, `learning_shape` for what they alone do,
            `learning_pair` unless one picture after is given.
        """
        if self.learn == "shapes":
            if unused := sorted(self.model_fields_set - ALSO_SHAPES):
                raise UserError("learning_unused", names=", ".join(unused))
            return ShapesQuestion(self.seed, 0.01 if self.rate is None else self.rate, self.steps, self.shape)
        if self.shape:
            raise UserError("learning_shape")
        if sum(map(bool, (self.kernel, self.target, self.after))) != 1:
            raise UserError("learning_pair")
        pair = Pair(
            self.image, self.size, self.fit, self.centred, self.kernel.strip(), self.made_by,
            self.target.strip(), self.after,
        )  # fmt: skip
        setting = Setting(
            (self.kernel_size, self.kernel_size), self.stride, self.padding, self.learned_by == "convolution",
            self.seed if self.start == "random" else None, 0.4 if self.rate is None else self.rate, self.momentum,
        )  # fmt: skip
        return KernelQuestion(pair, setting, self.steps)


class LearningChange(BaseModel):
    """What a learning shall do from now on."""

    model_config = ConfigDict(extra="forbid")

    state: Asked = Field(description="running lets a paused one go on; cancelled ends it for good.")


class LearningOut(BaseModel):
    """A learning that was asked for."""

    id: str = Field(description="Random, and the key to it.")
    state: Asked = Field(description="What it was last asked to do.")
    question: dict[str, Any] = Field(description="What is learned, as it was asked for.")
    events_url: str = Field(description="Where it runs, told step by step.")
    expires: str = Field(description="When it goes if nobody listens, UTC.")
