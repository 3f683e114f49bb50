"""For whoever runs the server: liveness, readiness, and numbers for Prometheus; no photo's name in them."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.engine.warm import warm
from app.web.deps import Services, ServicesOf

router = APIRouter(include_in_schema=False)
WarmState = Literal["warming", "warm", "absent", "failed"]
SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_log = logging.getLogger(__name__)


class Warmth:
    """How far the slow parts are: torch and the networks, brought up in a thread of their own."""

    def __init__(self) -> None:
        self.state: WarmState = "warming"

    def start(self, services: Services) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._run, args=(services,), name="warming", daemon=True).start()

    def _run(self, services: Services) -> None:
        try:
            networks = services.shelf()
            warm(networks)
            self.state = "warm" if networks.loaded else "absent"
        except Exception:  # the lab works without a classifier, so this must not end the server
            _log.exception("the classifier could not be brought up")
            self.state = "failed"


class Metrics:
    """Counts of one program; requests are named by their route, never by their address."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "convisor_request_seconds",
            "Time to answer.",
            ["route"],
            registry=self.registry,
            buckets=SECONDS,
        )
        self.requests = Counter(
            "convisor_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._services = services
        self.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """What the parts hold at this moment."""
        caches = {"traces": self._services.traces.counts(), "pictures": self._services.pictures.counts()}
        held = GaugeMetricFamily("convisor_cache_bytes", "Bytes held.", labels=["cache"])
        hits = CounterMetricFamily("convisor_cache_hits", "Answers from the cache.", labels=["cache"])
        misses = CounterMetricFamily("convisor_cache_misses", "Answers computed.", labels=["cache"])
        for name, counts in caches.items():
            held.add_metric([name], counts.bytes)
            hits.add_metric([name], counts.hits)
            misses.add_metric([name], counts.misses)
        jobs = GaugeMetricFamily("convisor_jobs", "Jobs that run or wait.", value=self._services.jobs.held)
        yield from (held, hits, misses, jobs)


class Measured:
    """Counts and times every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self.metrics.seconds.labels(route).observe(time.perf_counter() - start)
            method = scope["method"] if scope["method"] in ("GET", "POST", "DELETE", "HEAD") else "other"
            self.metrics.requests.labels(method, route, str(status)).inc()


class NoAddresses(logging.Filter):
    """Takes queries and uploads' names out of the access log: an upload's name is the key to it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, version, status = record.args
            bare = re.sub(r"(/(?:images|view|networks)/).*", r"\1…", str(path).partition("?")[0])
            record.args = (client, method, bare, version, status)
        return True


@router.get("/health")
async def health() -> Response:
    """The server answers."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@router.get("/ready")
async def ready(request: Request, services: ServicesOf) -> Response:
    """Photos can be stored; the classifier is warm, or warming: everything else works meanwhile."""
    warmth: Warmth = request.app.state.warmth
    writable = services.store.is_writable()
    state = {
        "status": "ready" if writable else "not ready",
        "store": "writable" if writable else "not writable",
        "classifier": warmth.state,
    }
    return JSONResponse(state, 200 if writable else 503, {"Cache-Control": "no-store"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Counts for Prometheus."""
    found: Metrics = request.app.state.metrics
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)
