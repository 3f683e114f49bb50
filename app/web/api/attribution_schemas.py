"""What an attribution takes and gives, as pydantic models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import UserError
from app.engine.attribution.registry import find_method, methods
from app.engine.attribution.subject import Settings
from app.explorer.attribution import Question
from app.explorer.attribution_pictures import Look, Range
from app.web.api import schemas

MAX_CELLS = 16_384  # of a map that is written out; the picture shows larger ones
_DEFAULTS = Settings()


class AttributionQuery(BaseModel):
    """A photo, a method and the answer asked about; each method takes its own settings and no other."""

    image: schemas.Image
    method: str = Field(
        max_length=100,
        description="How to attribute; `GET /attribution/methods` tells each.",
        examples=["grad_cam"],
        json_schema_extra={"enum": list(methods())},
    )
    target: str | None = Field(
        None,
        max_length=100,
        description="The output asked about: cat, dog, other; the likeliest if left out.",
    )
    network: str | None = Field(
        None, max_length=100, description="A network's name; the first one if left out."
    )
    layer: schemas.Index | None = Field(
        None, description="grad_cam: the stage whose maps are weighted; the last with more than one cell."
    )
    size: int | None = Field(
        None, ge=1, le=2048, description="occlusion: side of the patch in cells; a seventh of the picture."
    )
    step: int | None = Field(
        None, ge=2, le=2048, description="occlusion: how far the patch moves; half its side."
    )
    samples: int | None = Field(
        None, ge=2, le=100, description="smoothgrad: how many noisy copies are averaged; 25."
    )
    noise: float | None = Field(
        None,
        ge=0.01,
        le=0.5,
        description="smoothgrad: the noise's standard deviation, as a share of the picture's range; 0.15.",
    )
    seed: int | None = Field(
        None, ge=0, le=2**32 - 1, description="smoothgrad: begins the random numbers; 0."
    )
    stage: schemas.Index = Field(0, description="effective_field: the stage of the cell.")
    channel: schemas.Index = Field(0, description="effective_field: its map.")
    row: schemas.Index = Field(0, description="effective_field: its row.")
    column: schemas.Index = Field(0, description="effective_field: its column.")

    def question(self) -> Question:
        """The question as the explorer takes it.

        Raises
        ------
        UserError
            `attribution_setting`, when a setting of another method is given.
        """
        method = find_method(self.method)
        own, every = set(method.settings), set(vars(_DEFAULTS))
        if foreign := sorted((self.model_fields_set & every) - own):
            raise UserError(
                "attribution_setting", name=foreign[0], method=method.name, known=", ".join(method.settings) or "–"
            )  # fmt: skip
        settings = Settings(**{name: getattr(self, name) for name in every})
        return Question(self.image, self.method, self.target, self.network, settings)


class WithChecks(AttributionQuery):
    """The same, and whether to check the map."""

    checks: bool = Field(True, description="Whether to run the checks, which take longer than the map.")


class AttributionBody(WithChecks):
    """A photo, a method and the answer asked about."""

    model_config = ConfigDict(extra="forbid")


class PictureOfMap(AttributionQuery):
    """The same as a picture."""

    positive: bool = Field(False, description="Only what speaks for the target; the rest is 0.")
    veil: bool = Field(False, description="Transparent near 0, to be laid over the photo.")
    shuffled: bool = Field(False, description="The map of the same network with its weights shuffled.")
    scale: Range = Field(
        "map", description="Where the colours end: at this map's size, or at that of all classes' maps."
    )

    def look(self) -> Look:
        """How the map is drawn."""
        return Look(self.positive, self.veil, self.shuffled, self.scale)


class StepsOfCam(BaseModel):
    """A photo and the answer asked about, for the steps of Grad-CAM."""

    image: schemas.Image
    target: str | None = Field(None, max_length=100, description="The output; the likeliest if left out.")
    network: str | None = Field(None, max_length=100, description="A network; the first one if left out.")
    layer: schemas.Index | None = Field(None, description="The stage whose maps are weighted.")

    def question(self) -> Question:
        """The question as the explorer takes it."""
        return Question(self.image, "grad_cam", self.target, self.network, Settings(layer=self.layer))


class ColoursOut(BaseModel):
    """The colours of the map's picture; values beyond have the colour of the nearer end."""

    low: float = Field(description="Where the colours begin.")
    high: float = Field(description="Where the colours end.")
    colors: str = Field(description="diverging about 0 for every method; sequential for effective_field.")


class AttributionOut(BaseModel):
    """A method's map, its numbers and its checks."""

    method: str = Field(description="As asked.")
    network: str = Field(description="The network asked.")
    target: str = Field(description="The output asked about.")
    logit: float = Field(description="The target's raw output.")
    probability: float = Field(description="The target's share in the softmax of all outputs, uncalibrated.")
    picture: tuple[int, int] = Field(description="Rows and columns of what the network reads.")
    shape: tuple[int, int] = Field(description="Rows and columns of the map, which lies over all of it.")
    map: list[list[float]] | None = Field(
        None, description=f"The map, signed where the method is; left out above {MAX_CELLS} cells."
    )
    min: float = Field(description="Smallest value of the map.")
    max: float = Field(description="Largest value of the map.")
    scale: ColoursOut
    map_url: str = Field(description="The map as PNG, one pixel a cell.")
    positive_url: str = Field(description="What is left of it above 0, as PNG.")
    veil_url: str = Field(description="The map as PNG to be laid over the photo, transparent near 0.")
    shuffled_url: str = Field(
        description="The same method's map of the network with shuffled weights, as PNG."
    )
    steps_url: str | None = Field(
        None,
        description="grad_cam: the maps in `details.strongest` as columns of one PNG, in three rows: the maps, the "
        "gradient by them, the maps times their weights; each row's colours end at `details.row_ends`.",
    )
    details: dict[str, Any] = Field(
        description="What the method found besides: grad_cam's weights, the theoretical box ..."
    )
    checks: dict[str, dict[str, Any]] = Field(
        description="By check, its numbers and whether it is `passed`; empty with checks=false."
    )
    milliseconds: float = Field(description="How long it took on the server.")


class MethodOut(BaseModel):
    """A method in words."""

    method: str = Field(description="Its name in the calls.")
    title: str = Field(description="In words.")
    says: str = Field(description="What its map tells.")
    says_not: str = Field(description="What it does not tell.")
    settings: list[str] = Field(description="Parameters that it takes.")
    checks: dict[str, str] = Field(description="By check, what it asks.")
    uses_target: bool = Field(description="Whether it asks about one output.")
    signed: bool = Field(description="Whether its map tells for from against; else it shows strength alone.")


class MethodsOut(BaseModel):
    """Every method."""

    methods: list[MethodOut]
