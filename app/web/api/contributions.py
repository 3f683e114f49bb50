"""From the outputs back: what every map before the last dense layer adds to each logit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.engine.blocks import blocks_of
from app.engine.contributions import logit_votes
from app.web.api import schemas
from app.web.api.answers import answer_json, problems
from app.web.deps import ServicesOf

router = APIRouter(tags=["networks"])


class ContributionOut(BaseModel):
    """One logit as a sum."""

    output: str = Field(description="What the logit stands for.")
    logit: float = Field(description="The network's raw output.")
    bias: float = Field(description="The last layer's own number for it.")
    contributions: list[float] = Field(description="One a map; with the bias they add up to the logit.")


class ContributionsOut(BaseModel):
    """Every logit of a network on a photo, as sums over the maps of one stage."""

    network: str = Field(description="The network asked.")
    stage: int = Field(description="The stage whose maps contribute.")
    outputs: list[ContributionOut]


@router.get(
    "/networks/{name}/contributions",
    summary="What each map adds to a logit",
    response_model=ContributionsOut,
    responses=problems(404, 410, 422, 503),
)
async def contributions_of(
    request: Request, services: ServicesOf, name: str, image: Annotated[schemas.Image, Query()]
) -> Response:
    """Each map's mean times its weight, for every output; with the bias they add up to the logit.

    ```sh
    curl "http://127.0.0.1:8000/api/v1/networks/catdog/contributions?image=cat-chelsea"
    ```
    """

    def work() -> ContributionsOut:
        network, trace = services.explorer.network_trace(image, name)
        last = blocks_of(trace.stack)[-1]
        found = [logit_votes(trace, last, output) for output in range(len(network.outputs))]
        outputs = [
            ContributionOut(
                output=network.outputs[one.first],
                logit=one.margin,
                bias=one.bias,
                contributions=one.shares.tolist(),
            )
            for one in found
        ]
        return ContributionsOut(network=network.name, stage=last.source, outputs=outputs)

    return answer_json(request, await services.jobs.run(work, request))
