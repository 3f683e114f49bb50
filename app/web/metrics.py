"""Counts and times of requests: for Prometheus, for the teacher's page, and as a log line each.

Requests are named by their route, never by their address: an upload's name is the key to it. Nothing here
knows who asked.
"""

from __future__ import annotations

import json
import logging
import os
import time
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.addresses import API
from app.web.deps import Services

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
METHODS = ("GET", "POST", "PATCH", "DELETE", "HEAD")
SHARED_FOLDER = (
    "PROMETHEUS_MULTIPROC_DIR"  # where several workers keep their counts; read by prometheus_client
)
requests_log = logging.getLogger("convisor.requests")


class Metrics:
    """The counts of one program; with several workers each adds its own, and every worker tells the sum."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self._services = services
        own: Any = {"registry": self.registry}
        live: Any = own | {"multiprocess_mode": "livesum"}
        self.seconds = Histogram(
            "convisor_request_seconds", "Time to answer.", ["route"], buckets=SECONDS, **own
        )
        self.requests = Counter(
            "convisor_requests", "Requests answered.", ["method", "route", "status"], **own
        )
        self._held = Gauge("convisor_cache_bytes", "Bytes held.", ["cache"], **live)
        self._hits = Counter("convisor_cache_hits", "Answers from the cache.", ["cache"], **own)
        self._misses = Counter("convisor_cache_misses", "Answers computed.", ["cache"], **own)
        self._jobs = Gauge("convisor_jobs", "Jobs that run or wait.", **live)
        self._refused = Counter("convisor_jobs_refused", "Jobs refused, as too many waited.", **own)
        self._given_up = Counter("convisor_jobs_given_up", "Jobs given up, as nobody waited.", **own)
        self._told: dict[tuple[str, str], int] = {}

    def text(self) -> bytes:
        """All counts at this moment, in Prometheus's text format."""
        self.refresh()
        folder = os.environ.get(SHARED_FOLDER)
        if not folder:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, path=folder)  # type: ignore[no-untyped-call]  # prometheus_client gives it no types
        return generate_latest(together)

    def refresh(self) -> None:
        """Take over what the caches and the pool count themselves."""
        services = self._services
        for name, cache in (("traces", services.traces), ("pictures", services.pictures)):
            counts = cache.counts()
            self._held.labels(name).set(counts.bytes)
            self._add(self._hits.labels(name), (name, "hits"), counts.hits)
            self._add(self._misses.labels(name), (name, "misses"), counts.misses)
        jobs = services.jobs
        self._jobs.set(jobs.held)
        self._add(self._refused, ("jobs", "refused"), jobs.counts.refused)
        self._add(self._given_up, ("jobs", "given_up"), jobs.counts.given_up)

    def answered(self, method: str, route: str, status: int, seconds: float, sent: int) -> None:
        """Count a request, and write its line."""
        named = method if method in METHODS else "other"
        self.seconds.labels(route).observe(seconds)
        self.requests.labels(named, route, str(status)).inc()
        self._services.pulse.add(seconds, status)
        if requests_log.isEnabledFor(logging.INFO):
            line = {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "method": named,
                "route": route,
                "status": status,
                "ms": round(1000 * seconds, 1),
                "bytes": sent,
            }
            requests_log.info(json.dumps(line))

    @staticmethod
    def close() -> None:
        """Take this worker's own numbers out of the sum of those that are alive."""
        if folder := os.environ.get(SHARED_FOLDER):
            mark_process_dead(os.getpid(), folder)  # type: ignore[no-untyped-call]  # prometheus_client gives it no types

    def _add(self, counter: Counter, key: tuple[str, str], total: int) -> None:
        counter.inc(total - self._told.get(key, 0))
        self._told[key] = total


class Measured:
    """Counts and times every request; one that is answered by a stream of events until the stream begins."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status, sent, told = time.perf_counter(), 500, 0, False

        def tell() -> None:
            nonlocal told
            if not told:
                told = True
                seconds = time.perf_counter() - start
                self.metrics.answered(scope["method"], route_of(scope), status, seconds, sent)

        async def counted(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                if Headers(raw=message["headers"]).get("content-type", "").startswith("text/event-stream"):
                    tell()
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, counted)
        finally:
            tell()


def route_of(scope: Scope) -> str:
    """A request's route with its parameters' names in place of their values."""
    if scope["path"].startswith("/static/"):
        return "/static"
    route = str(getattr(scope.get("route"), "path", "other"))
    # FastAPI names a route of an included router without that router's prefix, older ones with it
    inside = scope["path"].startswith(f"{API}/") and route.startswith("/") and not route.startswith(API)
    return API + route if inside else route
