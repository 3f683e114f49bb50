"""Builds the whole program from its settings: store, caches, explorer, routes and what surrounds them."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import __version__
from app.compute.threads import set_threads
from app.engine.dreams import DreamShelf
from app.engine.network import Shelf
from app.engine.own_tensors import NetworkLimits
from app.engine.trace import Bounds
from app.explorer import Explorer
from app.explorer.own_networks import OwnNetworks
from app.lessons import load_course
from app.lessons.loader import BUILT_IN
from app.settings import ROOT, Settings
from app.store.learnings import LearningStore
from app.store.limits import Limits
from app.store.memory import ByteBoundedCache
from app.store.network_files import NetworkStore
from app.store.photos import PhotoStore
from app.store.room import Room
from app.store.sources import Sources
from app.web import api, docs, health, pages
from app.web.addresses import NETWORK_UPLOADS
from app.web.classroom import Classroom
from app.web.compression import CompressedPages
from app.web.control_labels import control_labels
from app.web.deps import Services
from app.web.images import ASK_AGAIN, FOREVER
from app.web.jobs import Jobs
from app.web.learning_stream import Streams
from app.web.leaving import on_the_way_out
from app.web.metrics import Measured, Metrics
from app.web.problems import add_handlers
from app.web.pulse import Pulse
from app.web.same_site import SameSite
from app.web.security import FORM_BYTES, BodyLimit, HeadAsGet, SecurityHeaders

SWEEP_SECONDS = 60
PICTURES_SHARE = 4  # one part in so many of the cache is for encoded pictures
UNCOMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "image/*", "application/octet-stream")
DESCRIPTION = (
    "What convolutions, pooling and a small cat/dog network do to a photo, with every number behind it. "
    "A stack is one line of text, such as `gray|conv(sobel_x)|relu|maxpool(2)`. Errors are problem details "
    "(RFC 9457) in the language of Accept-Language, English or Spanish. "
    "Limits: a stack has up to 64 layers, a bank 64 kernels of up to 31x31; a stage holds at most 512 maps (a "
    "flattened one 16,384 numbers) and 16 million cells, all stages of a trace 64 million; its layers take at most 2 "
    "billion multiply-adds, counted by the way they are computed, and one layer at most 32 million numbers for its "
    "padding and kernels; what lies beyond is refused, with the nearest setting that fits where there is one. An "
    "upload has up to 20 MB and 40 million pixels. A server that is "
    "full answers 503 with Retry-After."
)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The program; two of them share nothing but the folder of photos, if it is the same."""
    settings = settings or Settings()
    set_threads(settings.torch_threads)
    services = build_services(settings)
    app = docs.Described(
        title="Convisor",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=docs.DOCUMENT,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.services = services
    app.state.warmth = health.Warmth()
    app.state.metrics = Metrics(services)
    add_handlers(app)
    for router in (api.router, docs.router, health.router, *pages.routers):
        app.include_router(router)
    app.mount("/static", Static(directory=ROOT / "static"), name="static")
    app.add_middleware(
        BodyLimit,
        upload_max_bytes=settings.upload_max_bytes,
        larger=dict.fromkeys(NETWORK_UPLOADS, settings.network_max_bytes + FORM_BYTES),  # and the stack
    )
    app.add_middleware(SameSite)
    app.add_middleware(CompressedPages)
    app.add_middleware(GZipMiddleware, compresslevel=1, exclude_content_types=UNCOMPRESSED)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    return app


def build_services(settings: Settings) -> Services:
    """Stores, caches, explorer and jobs."""
    store = PhotoStore(settings.data_folder, settings.photo_lifetime_s, settings.store_max_bytes)
    cache_bytes = settings.cache_bytes // settings.workers
    pictures_bytes = cache_bytes // PICTURES_SHARE
    traces: ByteBoundedCache[Any, Any] = ByteBoundedCache(
        cache_bytes - pictures_bytes, lambda stage: int(stage.nbytes)
    )
    pictures: ByteBoundedCache[Any, Any] = ByteBoundedCache(pictures_bytes, len)
    shelf = Shelf(ROOT / "models")
    bounds = Bounds(settings.stage_max_cells, settings.trace_max_cells, settings.trace_max_work)
    networks = NetworkStore(
        settings.data_folder / "networks", settings.network_lifetime_s, settings.networks_max_bytes
    )
    largest = NetworkLimits(settings.network_max_bytes, settings.network_max_parameters)
    own = OwnNetworks(networks, traces, largest, bounds)
    explorer = Explorer(Sources(store), shelf, traces, pictures, bounds, own)
    folders = [BUILT_IN, *([settings.lessons_folder] if settings.lessons_folder else [])]
    jobs, pulse = Jobs(settings.worker_threads, settings.queue_length), Pulse()

    def forget_uploads() -> None:
        """What was made of uploads, all of which another worker may have deleted."""
        for cache in (traces, pictures):
            cache.discard(lambda key: True)

    return Services(
        settings=settings,
        limits=Limits(max_bytes=settings.upload_max_bytes, max_pixels=settings.upload_max_pixels),
        store=store,
        explorer=explorer,
        shelf=shelf,
        dreams=DreamShelf(ROOT / "models"),
        course=load_course(folders, explorer.tensors, control_labels()),
        own=own,
        traces=traces,
        pictures=pictures,
        learnings=LearningStore(settings.data_folder / "learnings", settings.learnings_max),
        streams=Streams(settings.learnings_max),
        jobs=jobs,
        classroom=Classroom(Room(settings.data_folder), jobs, pulse, forget_uploads),
        pulse=pulse,
    )


class Static(StaticFiles):
    """Files whose address changes with their content are kept for ever."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        scope: Scope = kwargs.get("scope") or args[2]
        response.headers["Cache-Control"] = FOREVER if b"v=" in scope["query_string"] else ASK_AGAIN
        return response


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Warm up once the server listens, sweep expired photos, and end the jobs with the server."""
    services: Services = app.state.services
    access = logging.getLogger("uvicorn.access")
    access.disabled = True  # it would write addresses; `metrics` writes a line without them
    app.state.warmth.start(services)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_sweep, services, app.state.metrics)
        tasks.start_soon(services.classroom.watch)
        with on_the_way_out(services.classroom.close, services.streams.close):
            yield
        tasks.cancel_scope.cancel()
    services.classroom.leave()
    services.jobs.close()
    app.state.metrics.close()
    access.disabled = False


async def _sweep(services: Services, metrics: Metrics) -> None:
    while True:
        metrics.refresh()
        await anyio.to_thread.run_sync(services.store.sweep)
        await anyio.to_thread.run_sync(services.own.store.sweep)
        await anyio.to_thread.run_sync(services.learnings.sweep)
        await anyio.sleep(SWEEP_SECONDS)
