"""What a route may ask for, as annotated parameters; everything is held by the app that `create_app` made.

All of them are coroutines: a plain function would be run in a thread, which costs more than its work.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from app.engine.dreams import DreamShelf
from app.engine.network import Shelf
from app.explorer import Explorer
from app.explorer.own_networks import OwnNetworks
from app.i18n import Language
from app.lessons import Course
from app.settings import Settings
from app.store.learnings import LearningStore
from app.store.limits import Limits
from app.store.memory import ByteBoundedCache
from app.store.photos import PhotoStore
from app.web.classroom import Classroom
from app.web.jobs import Jobs
from app.web.language import Say, language_of, say_in
from app.web.learning_stream import Streams
from app.web.pulse import Pulse
from app.web.templating import THEMES

AnyCache = ByteBoundedCache[Hashable, Any]


@dataclass(frozen=True)
class Services:
    """The parts of one running program."""

    settings: Settings
    limits: Limits
    store: PhotoStore
    explorer: Explorer
    shelf: Shelf
    dreams: DreamShelf
    course: Course
    own: OwnNetworks
    traces: AnyCache
    pictures: AnyCache
    jobs: Jobs
    learnings: LearningStore
    streams: Streams
    classroom: Classroom
    pulse: Pulse


def services_of(request: Request) -> Services:
    """The parts of the program that serves a request."""
    found: Services = request.app.state.services
    return found


async def _services(request: Request) -> Services:
    return services_of(request)


ServicesOf = Annotated[Services, Depends(_services)]


async def _explorer(services: ServicesOf) -> Explorer:
    return services.explorer


async def _jobs(services: ServicesOf) -> Jobs:
    return services.jobs


async def _language(request: Request, services: ServicesOf) -> Language:
    return language_of(request.query_params, request.headers, services.settings.default_language)


ExplorerOf = Annotated[Explorer, Depends(_explorer)]
JobsOf = Annotated[Jobs, Depends(_jobs)]
LanguageOf = Annotated[Language, Depends(_language)]


def theme_of(request: Request) -> str:
    """The appearance from the address or the cookie; empty leaves it to the system."""
    chosen = request.query_params.get("theme") or request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""


async def _say(language: LanguageOf) -> Say:
    return say_in(language)


SayOf = Annotated[Say, Depends(_say)]
