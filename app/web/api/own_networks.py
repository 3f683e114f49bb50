"""Networks of one's own: a safetensors file with a stack, kept for a limited time, deleted with a token."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.engine.own_network import EXAMPLE, OwnNetwork, read_class_names
from app.explorer.own_networks import MAX_TITLE
from app.store.network_files import StoredNetwork
from app.web.addresses import API
from app.web.api import schemas
from app.web.api.answers import answer_json, problems
from app.web.api.bodies import content_type, one_of, read_named_form, unread
from app.web.api.networks import spoken_end
from app.web.deps import SayOf, Services, ServicesOf
from app.web.language import Say

router = APIRouter(tags=["networks"])
FORGET = {"Clear-Site-Data": '"cache"', "Cache-Control": "no-store"}


class OwnNetworkBody(BaseModel):
    """How a weights file is to be run."""

    model_config = ConfigDict(extra="forbid")

    stack: schemas.StackText = Field(
        description="The network as a chain of layers, from a resize to a dense layer; `weights(conv1)` and "
        "`dense(fc1)` name the file's tensors without `.weight` and `.bias`.",
        examples=[EXAMPLE],
    )
    classes: str = Field(
        "",
        max_length=8000,
        description="What the outputs stand for, in order: one a line, or with commas between. "
        "At most 100 of at most 40 characters; `class 0`, `class 1` ... if left out.",
        examples=["apple, pear"],
    )
    name_shown: str = Field(
        "", max_length=MAX_TITLE, description="What the network is called; the file's name if left out."
    )


class OwnNetworkOut(BaseModel):
    """A stored network."""

    name: str = Field(
        description="Its name for every call, in `weights(...)` too; whoever has it can use it."
    )
    stack: str = Field(description="The canonical stack, which can be traced like any other.")
    classes: list[str] = Field(description="The labels it can give, in the order of the outputs.")
    expires: str = Field(description="When the network is deleted, UTC.")
    delete_token: str = Field(description="Deletes the network; given only here.")
    parameters: int = Field(description="Numbers in the file.")
    notices: list[str] = Field(description="What is worth knowing about the file.")


@router.post(
    "/networks",
    status_code=201,
    summary="Upload a network",
    response_model=OwnNetworkOut,
    responses=problems(400, 413, 415, 422, 503),
    openapi_extra=one_of(file=OwnNetworkBody),
)
async def add_network(request: Request, services: ServicesOf, say: SayOf) -> Response:
    """Keeps a network for a limited time under a random name, and says how to delete it before that.

    A safetensors file of at most 32 MB and 8 million numbers (float16, bfloat16, float32, float64), with the
    stack that runs it. Nothing is ever unpickled: a .pt or .pth file is refused. The network is not
    calibrated: its probabilities are the plain softmax, and it never says unsure.

    ```sh
    curl -F file=@net.safetensors -F "classes=apple, pear" \\
      -F "stack=resize(32,32)|weights(conv1,padding=1)|relu|maxpool(2)|flatten|dense(fc1)|softmax" \\
      http://127.0.0.1:8000/api/v1/networks
    ```
    """
    if content_type(request) != "multipart/form-data":
        raise unread(request, "multipart/form-data")
    fields, data, filename = await read_named_form(request, OwnNetworkBody)
    stored, own = await keep_network(request, services, fields, data, filename)
    body = OwnNetworkOut(
        name=stored.name,
        stack=own.network.text,
        classes=list(own.network.classes),
        expires=spoken_end(stored.expires),
        delete_token=stored.delete_token or "",
        parameters=own.parameters,
        notices=notices(own, say),
    )
    answer = answer_json(
        request, body, Location=f"{API}/networks/{stored.name}", **{"Cache-Control": "no-store"}
    )
    answer.status_code = 201
    return answer


@router.delete(
    "/networks/{name}",
    status_code=204,
    summary="Delete a network",
    responses=problems(403, 404, 410, 422),
)
async def delete_network(
    request: Request,
    services: ServicesOf,
    name: str,
    x_delete_token: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Deletes an uploaded network for good, and asks the browser to forget what it kept of it.

    ```sh
    curl -s -F file=@net.safetensors \\
      -F "stack=resize(32,32)|weights(conv1,padding=1)|relu|maxpool(2)|flatten|dense(fc1)|softmax" \\
      http://127.0.0.1:8000/api/v1/networks > net.json
    curl -X DELETE -H "X-Delete-Token: $(jq -r .delete_token net.json)" \\
      http://127.0.0.1:8000/api/v1/networks/$(jq -r .name net.json)
    ```
    """
    await forget_network(request, services, name, x_delete_token)
    return Response(status_code=204, headers=FORGET)


async def keep_network(
    request: Request, services: Services, fields: OwnNetworkBody, data: bytes, filename: str
) -> tuple[StoredNetwork, OwnNetwork]:
    """Check and keep a network, off the event loop."""
    shown = fields.name_shown or filename.removesuffix(".safetensors")
    title = "".join(c for c in shown if c.isprintable()).strip()[:MAX_TITLE]
    classes = read_class_names(fields.classes)
    return await services.jobs.run(lambda: services.own.add(data, fields.stack, classes, title), request)


async def forget_network(request: Request, services: Services, name: str, token: str) -> None:
    """Delete a network, and let go of everything computed with it."""
    await services.jobs.run(lambda: services.own.store.delete(name, token), request)
    for cache in (services.traces, services.pictures):
        cache.discard(
            lambda key: isinstance(key, tuple) and any(isinstance(part, str) and name in part for part in key)
        )


def notices(own: OwnNetwork, say: Say) -> list[str]:
    """Sentences about what of the file is not used."""
    if not own.unused:
        return []
    return [say("notices.network_unused", count=len(own.unused), names=", ".join(own.unused[:5]))]
