"""The networks: their stacks, cards and tensors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from app.engine.network import Network
from app.web.api.answers import answer_json, problems
from app.web.deps import ServicesOf

router = APIRouter(tags=["networks"])


class NetworkOut(BaseModel):
    """A network in short."""

    name: str = Field(description="What other calls take as `network`.")
    stack: str = Field(description="An ordinary stack: it can be traced like any other.")
    classes: list[str] = Field(description="The labels it can give.")
    outputs: list[str] = Field(description="What the raw outputs stand for, in order.")
    sha256: str = Field(description="Checksum of the weights file.")


class TensorOut(BaseModel):
    """A tensor of a network."""

    name: str = Field(description="As in `weights(...)` and `dense(...)`.")
    weights: list[int] = Field(description="Shape of the weights.")
    bias: list[int] = Field(description="Shape of the biases.")


class NetworkCard(NetworkOut):
    """A network with its card and tensors."""

    temperature: float = Field(
        description="The logits are divided by it before the softmax over the classes."
    )
    thresholds: dict[str, float] = Field(
        description="`min_confidence`: below it the label is unsure; `max_other`: above this share of other too."
    )
    calibrated: bool = Field(
        description="Whether probabilities were held against counted answers, and unsure is ever said; "
        "never so of an upload."
    )
    title: str = Field(description="What the owner of an upload calls it; empty for a shipped network.")
    expires: str | None = Field(None, description="When an upload is deleted, UTC.")
    card: dict[str, Any] = Field(description="What it was trained on and how well it does, by topic.")
    tensors: list[TensorOut]


class NetworksOut(BaseModel):
    """Every network that is shipped."""

    networks: list[NetworkOut]


@router.get("/networks", summary="Networks", response_model=NetworksOut)
async def list_networks(request: Request, services: ServicesOf) -> Response:
    """Every network that is shipped. Uploaded ones are not listed: their names are the keys to them.

    ```sh
    curl http://127.0.0.1:8000/api/v1/networks
    ```
    """

    def work() -> NetworksOut:
        return NetworksOut(networks=[NetworkOut(**_short(n)) for n in services.shelf().loaded.values()])

    return answer_json(request, await services.jobs.run(work, request))


@router.get(
    "/networks/{name}", summary="A network", response_model=NetworkCard, responses=problems(404, 410, 503)
)
async def show_network(request: Request, services: ServicesOf, name: str) -> Response:
    """A network's card: what it was trained on, how well it does, where it fails; its stack and tensors.

    ```sh
    curl http://127.0.0.1:8000/api/v1/networks/catdog
    ```
    """

    def work() -> NetworkCard:
        network = services.explorer.network(name)
        expires = services.own.store.describe(name).expires if not network.calibrated else None
        return NetworkCard(
            **_short(network),
            calibrated=network.calibrated,
            title=network.title,
            expires=spoken_end(expires) if expires else None,
            temperature=network.temperature,
            thresholds={"min_confidence": network.min_confidence, "max_other": network.max_other},
            card=dict(network.card),
            tensors=[
                TensorOut(name=tensor.name, weights=list(tensor.weights.shape), bias=list(tensor.bias.shape))
                for tensor in network.tensors.values()
            ],
        )

    return answer_json(request, await services.jobs.run(work, request))


def spoken_end(seconds: float) -> str:
    """A time in seconds since 1970 as ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _short(network: Network) -> dict[str, Any]:
    return {
        "name": network.name,
        "stack": network.stack().text,
        "classes": list(network.classes),
        "outputs": list(network.outputs),
        "sha256": network.sha256,
    }
