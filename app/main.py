"""Builds the program from its settings: store, networks, explorer, routes, fault handlers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from app.compute.threads import set_threads
from app.engine.network import Shelf
from app.engine.trace import Bounds
from app.engine.warm import warm
from app.explorer import Explorer
from app.settings import ROOT, Settings
from app.store.limits import Limits
from app.store.memory import ByteBoundedCache
from app.store.photos import PhotoStore
from app.store.sources import Sources
from app.web import api, pages
from app.web.addresses import RELEASE
from app.web.deps import Services
from app.web.jobs import Jobs
from app.web.problems import add_handlers
from app.web.security import BodyLimit, HeadAsGet, SecurityHeaders

_log = logging.getLogger(__name__)
SWEEP_SECONDS = 300


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole program; nothing is shared between two of them."""
    settings = settings or Settings()
    services = build(settings)
    app = FastAPI(
        title="Convisor",
        version=RELEASE,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=_lifespan,
        description=api.DESCRIPTION,
    )
    app.state.services = services
    for router in (*api.routers, *pages.routers):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=ROOT / "static"), name="static")
    add_handlers(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=1)
    app.add_middleware(BodyLimit, upload_max_bytes=settings.upload_max_bytes)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    return app


def build(settings: Settings, models: Path = ROOT / "models") -> Services:
    """The parts of one program."""
    set_threads(settings.torch_threads)
    store = PhotoStore(settings.data_folder, settings.photo_lifetime_s, settings.store_max_bytes)
    traces: ByteBoundedCache[Any, Any] = ByteBoundedCache(
        settings.cache_bytes * 3 // 4, lambda stage: stage.nbytes
    )
    pictures: ByteBoundedCache[Any, Any] = ByteBoundedCache(settings.cache_bytes // 4, len)
    shelf = Shelf(models)
    bounds = Bounds(settings.stage_max_cells, settings.trace_max_cells)
    return Services(
        settings=settings,
        limits=Limits(max_bytes=settings.upload_max_bytes, max_pixels=settings.upload_max_pixels),
        store=store,
        explorer=Explorer(Sources(store), shelf, traces, pictures, bounds),
        shelf=shelf,
        traces=traces,
        pictures=pictures,
        jobs=Jobs(settings.worker_threads, settings.queue_length),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Warm the classifier behind the scenes once the server listens; sweep old photos now and then."""
    services: Services = app.state.services
    warming = asyncio.create_task(asyncio.to_thread(_warm, services))
    sweeping = asyncio.create_task(_sweep(services))
    yield
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping
    await warming
    services.jobs.close()


def _warm(services: Services) -> None:
    warm(services.shelf())


async def _sweep(services: Services) -> None:
    while True:
        await asyncio.to_thread(services.store.sweep)
        await asyncio.sleep(SWEEP_SECONDS)
