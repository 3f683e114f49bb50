"""What requests take and answers hold, as pydantic models; the API's description is made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.notation import MAX_CHARACTERS
from app.engine.reading import LARGEST, SMALLEST, Fit
from app.explorer import Scene, Shade

Image = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4 * MAX_CHARACTERS,
        description="An upload's id, a sample's name, `pattern(checkerboard,size=64)` or `grid([0,1;1,0])`.",
        examples=["cat-chelsea"],
    ),
]
StackText = Annotated[
    str,
    Field(
        description=f"The layers in order, split by `|`; at most 64 layers and {MAX_CHARACTERS} characters.",
        examples=["gray|conv(sobel_x)|relu|maxpool(2)"],
    ),
]
Size = Annotated[
    int,
    Field(ge=SMALLEST, le=LARGEST, description="Longer side that the stack reads, in cells; never enlarged."),
]
FitTo = Annotated[
    Fit, Field(description="keep: the aspect stays; crop: centre square; squeeze: pressed into a square.")
]
Index = Annotated[int, Field(ge=0, le=2**31 - 1)]


class SceneQuery(BaseModel):
    """A photo and what is done to it, in a query."""

    image: Image
    stack: StackText = ""
    size: Size = 512
    fit: FitTo = "keep"

    def scene(self) -> Scene:
        """The scene as the explorer takes it."""
        return Scene(self.image, self.stack, self.size, self.fit)


class PictureQuery(SceneQuery):
    """A scene, and how its maps are coloured."""

    colors: Literal["auto", "gray", "sequential", "diverging"] = Field(
        "auto", description="auto: gray for what still looks like a photo, else by sign."
    )
    scope: Literal["map", "layer", "stack"] = Field(
        "map",
        description="Whether the colours span one map, all maps of the stage, or all stages. Maps of one cell "
        "always share their stage's.",
    )
    low: float | None = Field(
        None, allow_inf_nan=False, description="With scope=stack: the range's lower end."
    )
    high: float | None = Field(
        None, allow_inf_nan=False, description="With scope=stack: the range's upper end."
    )

    def shade(self) -> Shade:
        """The colouring as the explorer takes it."""
        return Shade(self.colors, self.scope, self.low, self.high)


class CellQuery(SceneQuery):
    """A scene and one cell of it."""

    stage: Index = Field(description="0 is the input.")
    channel: Index = 0
    row: Index
    column: Index


class SceneBody(SceneQuery):
    """A photo and what is done to it."""

    model_config = ConfigDict(extra="forbid")


class UploadBody(BaseModel):
    """How to read an uploaded file."""

    model_config = ConfigDict(extra="forbid")

    background: str | None = Field(None, description="Colour under transparent pixels, `#rrggbb`; white.")


class FileSceneBody(BaseModel):
    """What is done to an uploaded file."""

    model_config = ConfigDict(extra="forbid")

    stack: StackText = ""
    size: Size = 512
    fit: FitTo = "keep"
    background: str | None = Field(None, description="Colour under transparent pixels, `#rrggbb`; white.")


class CellBody(CellQuery):
    """A scene and one cell of it."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """What went wrong (RFC 9457), in the language of Accept-Language."""

    type: str = Field(description="Where the error is described: its entry on the page /docs.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="The reason with its numbers, and the mend.")
    code: str = Field(description="The error's stable name, for programs.")
    position: int | None = Field(None, description="0-based code point of the text as given.")
    limit: float | None = Field(None, description="The bound that was passed.")
    formula: str | None = Field(None, description="The output size with its numbers put in.")
    suggestion: str | None = Field(None, description="What would do instead.")
    stage: int | None = Field(None, description="The layer of an uploaded network that does not fit.")


class ReceptiveField(BaseModel):
    """What a cell sees of the input, as published tables give it."""

    size: tuple[int, int] = Field(description="Rows and columns.")
    jump: tuple[float, float] = Field(description="How far the field moves from cell to cell.")
    start: tuple[int, int] = Field(
        description="Row and column of the first cell's field; negative in padding."
    )


class StageOut(BaseModel):
    """One layer applied."""

    stage: int = Field(description="0 is the input.")
    layer: str = Field(description="The layer's canonical text; empty for the input.")
    kind: str = Field(description="The layer's kind, as in `GET /layers`; `input` at stage 0.")
    off: bool = Field(description="Switched off: passes its input on.")
    input_shape: tuple[int, int, int] = Field(description="Channels, rows, columns.")
    shape: tuple[int, int, int] = Field(description="Channels, rows, columns.")
    min: float = Field(description="Smallest value of all maps.")
    max: float = Field(description="Largest value of all maps.")
    mean: float = Field(description="Mean value of all maps.")
    std: float = Field(description="Standard deviation of all values.")
    zeros: float = Field(description="Share of cells that are 0.")
    ranges: list[tuple[float, float]] = Field(description="Smallest and largest value of each map.")
    parameters: int = Field(description="Numbers that the layer holds.")
    multiply_adds: int = Field(
        description="Multiplications with an addition that the layer takes for this input."
    )
    receptive_field: ReceptiveField
    formula: str = Field(description="The output size with its numbers put in.")
    map_url: str = Field(description="One map as PNG; put a number for {channel}.")
    atlas_url: str = Field(description="All maps on one sheet.")
    tensor_url: str = Field(description="All maps as NPY, float32.")


class RefusedOut(BaseModel):
    """The layer that could not work on its input; the stages before it stand."""

    stage: int = Field(description="The stage that the layer would have made; 1 is the first layer's.")
    code: str = Field(description="The error's stable name, as in `Problem`.")
    reason: str = Field(description="A sentence with the numbers, in the language of Accept-Language.")
    formula: str = Field(description="The output size with its numbers put in; may be empty.")
    suggestion: str = Field(description="The nearest layer that fits; may be empty.")


class UploadOut(BaseModel):
    """A stored photo."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "image": "5b0c1f0e9d7a4c6a8e2f3b1d0c9a8e7f",
                    "width": 512,
                    "height": 341,
                    "original": {"width": 512, "height": 341, "format": "JPEG", "frames": 1},
                    "expires": "2026-05-05T10:00:00+00:00",
                    "delete_token": "q7W1nX2v9Zb4Rk8LmT0s3A",
                    "notices": [],
                }
            ]
        }
    )

    image: str = Field(
        description="The photo's id, 32 hexadecimal digits: what every other call takes as `image`."
    )
    width: int = Field(description="Columns of the photo as it is kept, in pixels.")
    height: int = Field(description="Rows of the photo as it is kept, in pixels.")
    original: dict[str, Any] = Field(description="Width, height, format and frames of the file as given.")
    expires: str = Field(description="When the photo is deleted: ISO 8601, UTC.")
    delete_token: str = Field(
        description="What deletes the photo before that: the header X-Delete-Token of `DELETE /images/{image}`. "
        "Given only here."
    )
    notices: list[str] = Field(description="What is worth knowing about how the file was read.")


class TraceOut(BaseModel):
    """What the stack does to the photo."""

    stack: str = Field(description="The canonical text.")
    image: str = Field(description="The picture's name or id in its one spelling.")
    stages: list[StageOut]
    refused: RefusedOut | None = None
    upload: UploadOut | None = Field(None, description="The stored photo, where a file was sent.")


class BoxOut(BaseModel):
    """A cell's field on one stage; both ends included, and it may lie outside (padding)."""

    stage: int = Field(description="The stage that the box lies on; 0 is the input.")
    top: int = Field(description="First row, from 0; negative in padding.")
    left: int = Field(description="First column.")
    bottom: int = Field(description="Last row, itself included.")
    right: int = Field(description="Last column, itself included.")
    clipped: bool = Field(description="Whether it reaches beyond the stage.")


class TermOut(BaseModel):
    """One input channel's share of a cell."""

    channel: int = Field(description="The map of the stage before, from 0.")
    rows: list[int] = Field(description="Rows read; outside the input: padding.")
    columns: list[int] = Field(description="Columns read, likewise.")
    patch: list[list[float | None]] | None = Field(
        description="What was read; null in padding that never counts."
    )
    weights: list[list[float]] | None = Field(
        None, description="What each number read is multiplied by; null where the recipe has no weights."
    )
    products: list[list[float]] | None = Field(None, description="Numbers read times weights, cell by cell.")
    sum: float = Field(
        description="What this map adds: the products' sum; without weights what the recipe takes from it."
    )


class ActivationOut(BaseModel):
    """The curve behind a cell's sum."""

    name: str = Field(description="The curve: relu, sigmoid, softmax ...; sqrt ends an L2 norm.")
    input: float = Field(description="What the curve reads; a softmax also reads the other channels.")
    output: float = Field(description="What the curve makes of it: the cell's value.")
    quantities: dict[str, float] = Field(
        description="What else the curve needs, by name. softmax: `largest` score, `exp` of this score minus the "
        "largest, `total` of all such powers. Empty for a curve of one number."
    )


class WinnerOut(BaseModel):
    """The cell that a maximum or a minimum took; the first in reading order among equals."""

    channel: int = Field(description="Its map in the stage before, from 0.")
    row: int = Field(description="From 0.")
    column: int = Field(description="From 0.")
    value: float = Field(description="What it holds.")


class ExplainOut(BaseModel):
    """How one cell comes about."""

    value: float = Field(description="The cell's value.")
    kind: str = Field(description="The layer's kind; `input` at stage 0.")
    recipe: str = Field(
        description="How the value comes about: dot, max, mean, norm or point; empty at stage 0."
    )
    inputs: list[TermOut]
    bias: float = Field(description="Added to the terms' sums; 0 where the layer has none.")
    sum: float = Field(
        description="The terms' sums with the bias; of a maximum what won, of a curve what it reads."
    )
    activation: ActivationOut | None = Field(None, description="Where the sum goes through a curve.")
    winner: WinnerOut | None = Field(None, description="Of a maximum or a minimum alone.")
    boxes: list[BoxOut]
