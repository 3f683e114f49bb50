"""Networks of one's own without scripts: the upload and the deletion as plain forms, and what the page says of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from app.domain.errors import UserError
from app.engine.network import Network
from app.engine.own_network import EXAMPLE, LEARNED
from app.explorer.own_networks import OwnNetworks
from app.store.network_files import StoredNetwork, is_network_name
from app.web.addresses import encode
from app.web.api.bodies import read_named_form
from app.web.api.own_networks import FORGET, OwnNetworkBody, forget_network, keep_network, notices
from app.web.deps import ServicesOf
from app.web.language import Say
from app.web.pages.frame import spoken_time
from app.web.pages.scene import FIRST_IMAGE

COOKIE_PATH = "/network"  # the token goes back to the page and its delete form alone
router = APIRouter(include_in_schema=False)


class OwnNetworkForm(OwnNetworkBody):
    """The page's form: the network, and the state of the page to come back to."""

    image: str = Field("", max_length=64_000)
    lang: str = Field("", max_length=2)


@dataclass(frozen=True)
class OwnFacts:
    """What the page says of an uploaded network; `is_mine` where this browser can delete it."""

    title: str
    parameters: int
    expires: str
    notices: tuple[str, ...]
    reads: str
    is_mine: bool


@dataclass(frozen=True)
class OwnForm:
    """What the form says before anything is sent."""

    megabytes: float
    parameters: float
    kept: str
    example: str = EXAMPLE


def cookie_of(name: str) -> str:
    """The cookie in which the uploader's browser keeps the delete token, until the network ends."""
    return f"own-{name}"


def facts_of(own: OwnNetworks, network: Network, request: Request, say: Say) -> OwnFacts | None:
    """What is said of a network; None of a shipped one."""
    if not is_network_name(network.name):
        return None
    stored, found = own.find(network.name)
    layers = [layer.text for layer in network.stack().layers]
    first = next(i for i, text in enumerate(layers) if text.startswith(LEARNED))
    return OwnFacts(
        title=network.title,
        parameters=found.parameters,
        expires=datetime.fromtimestamp(stored.expires, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        notices=tuple(notices(found, say)),
        reads="|".join(layers[:first]),
        is_mine=cookie_of(network.name) in request.cookies,
    )


def form_of(own: OwnNetworks) -> OwnForm:
    """The bounds that the form names."""
    limits, kept = own.limits, spoken_time(int(own.store.files.ttl))
    return OwnForm(limits.max_bytes / 1e6, limits.max_parameters / 1e6, kept)


@router.post("/networks")
async def add(request: Request, services: ServicesOf) -> Response:
    """Keep a network and open it."""
    fields, data, filename = await read_named_form(request, OwnNetworkForm)
    stored, _ = await keep_network(request, services, fields, data, filename)
    return opened(request, stored, fields.image or FIRST_IMAGE, fields.lang)


def opened(request: Request, stored: StoredNetwork, image: str, lang: str) -> Response:
    """Go to a network that was just kept; its delete token stays in this browser."""
    query = {"image": image, "network": stored.name}
    answer = RedirectResponse(_network_url(query, lang), status_code=303)
    answer.set_cookie(
        cookie_of(stored.name),
        stored.delete_token or "",
        max_age=int(stored.expires - stored.created),
        path=COOKIE_PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


@router.post("/network/delete")
async def delete(request: Request, services: ServicesOf) -> Response:
    """Delete a network with the token in this browser's cookie, and go back to the shipped one."""
    async with request.form(max_files=0, max_fields=4) as form:
        name, lang = str(form.get("network", "")), str(form.get("lang", ""))
    if not is_network_name(name):
        raise UserError("own_network_unknown")
    await forget_network(request, services, name, request.cookies.get(cookie_of(name), ""))
    answer = RedirectResponse(_network_url({}, lang), status_code=303, headers=FORGET)
    answer.delete_cookie(cookie_of(name), path=COOKIE_PATH)
    return answer


def _network_url(query: dict[str, str], lang: str) -> str:
    spoken = {"lang": lang} if lang in ("en", "es") else {}
    return f"/network?{encode(query | spoken)}"
