"""What a stack can be made of: kinds of layers, and kernels with their numbers."""

from __future__ import annotations

import math
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from app.domain.errors import UserError
from app.domain.params import schema
from app.kernels.facts import facts
from app.kernels.registry import KERNELS, make
from app.layers.registry import kinds
from app.web.api.answers import answer_json, problems
from app.web.deps import ServicesOf

router = APIRouter(tags=["layers and kernels"])
MAX_NUMBER_CHARACTERS = 40


class Parameter(BaseModel):
    """One parameter with its bounds."""

    name: str = Field(description="As written in a stack.")
    type: str = Field(description="What it takes: int, float, bool, choice ...")
    required: bool = Field(description="Whether it has to be given.")
    default: Any = Field(None, description="What it is when left out; null where it has to be given.")
    low: float | None = Field(None, description="Smallest value; null without a bound.")
    high: float | None = Field(None, description="Largest value; null without a bound.")
    choices: list[str] = Field(description="The words it takes, where it takes words.")
    step: float | None = Field(None, description="What a slider moves by.")


class LayerOut(BaseModel):
    """A kind of layer."""

    kind: str = Field(description="Its name in a stack.")
    group: str = Field(description="Convolution, activation, pooling, picture or classifier.")
    recipe: str = Field(description="How a cell comes about: dot, max, mean, norm or point.")
    parameters: list[Parameter]


class LayersOut(BaseModel):
    """Every kind of layer."""

    layers: list[LayerOut]


class KernelOut(BaseModel):
    """A named kernel."""

    name: str = Field(description="As in `conv(name)`.")
    family: str = Field(description="What kind of kernel it is: smoothing, edges ...")
    parameters: list[Parameter]


class KernelsOut(BaseModel):
    """Every named kernel."""

    kernels: list[KernelOut]


class KernelNumbers(BaseModel):
    """A kernel's numbers, and what can be said about them."""

    name: str = Field(description="As in `conv(name)`.")
    family: str = Field(description="What kind of kernel it is.")
    parameters: dict[str, float] = Field(description="With these values.")
    weights: list[list[float]] = Field(description="The numbers, row by row.")
    sum: float = Field(description="Of all numbers: what the kernel makes of a plain area of 1.")
    l1: float = Field(description="Sum of magnitudes.")
    rank: int = Field(description="Of the matrix; 1 is separable.")
    separable: bool = Field(description="Whether it is a column times a row.")
    column: list[float] | None = Field(None, description="column times row is a separable kernel.")
    row: list[float] | None = Field(None, description="Likewise.")


@router.get("/layers", summary="Kinds of layers", response_model=LayersOut)
async def list_layers(request: Request) -> Response:
    """Every kind of layer with its parameters, their defaults and bounds.

    ```sh
    curl http://127.0.0.1:8000/api/v1/layers
    ```
    """
    found = [
        LayerOut(
            kind=kind.kind,
            group=kind.group,
            recipe=kind.recipe,
            parameters=[Parameter(**schema(param)) for param in kind.params()],
        )
        for kind in kinds().values()
    ]
    return answer_json(request, LayersOut(layers=found))


@router.get("/kernels", summary="Kernels", response_model=KernelsOut)
async def list_kernels(request: Request) -> Response:
    """Every named kernel with its parameters.

    ```sh
    curl http://127.0.0.1:8000/api/v1/kernels
    ```
    """
    found = [
        KernelOut(
            name=kind.name, family=kind.family, parameters=[Parameter(**schema(p)) for p in kind.params]
        )
        for kind in KERNELS.values()
    ]
    return answer_json(request, KernelsOut(kernels=found))


@router.get(
    "/kernels/{name}",
    summary="A kernel's numbers",
    response_model=KernelNumbers,
    responses=problems(404, 422),
)
async def show_kernel(request: Request, services: ServicesOf, name: str) -> Response:
    """The numbers of a kernel; its parameters stand in the query, and what is left out is as usual.

    ```sh
    curl "http://127.0.0.1:8000/api/v1/kernels/gaussian?size=5&sigma=1"
    ```
    """
    given = {
        key: _number(name, key, text)
        for key, text in request.query_params.items()
        if key not in ("lang", "v")
    }
    return answer_json(request, await services.jobs.run(lambda: _numbers(name, given), request))


def _numbers(name: str, given: dict[str, float]) -> KernelNumbers:
    weights = make(name, **given)
    found, kind = facts(weights), KERNELS[name]
    return KernelNumbers(
        name=name,
        family=kind.family,
        parameters={param.name: given.get(param.name, param.default) for param in kind.params},
        weights=weights.tolist(),
        sum=found.sum,
        l1=found.l1,
        rank=found.rank,
        separable=found.is_separable,
        column=list(found.column) if found.column else None,
        row=list(found.row) if found.row else None,
    )


def _number(kernel: str, name: str, text: str) -> float:
    try:
        number = float(text) if len(text) <= MAX_NUMBER_CHARACTERS else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UserError("wrong_value", owner=kernel[:40], name=name[:40], value=text[:40], expected="float")
    return int(number) if number.is_integer() else number
