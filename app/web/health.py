"""For whoever runs the server: liveness, readiness, and the counts of `metrics` at their address."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from app.engine.warm import warm
from app.web.deps import Services, ServicesOf
from app.web.metrics import Metrics

router = APIRouter(include_in_schema=False)
WarmState = Literal["warming", "warm", "absent", "failed"]
_log = logging.getLogger(__name__)


class Warmth:
    """How far the slow parts are: torch and the networks, brought up in a thread of their own."""

    def __init__(self) -> None:
        self.state: WarmState = "warming"
        self.afterwards: Callable[[], object] = lambda: None

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
        self.afterwards()


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
    """Counts for Prometheus, of all workers together."""
    found: Metrics = request.app.state.metrics
    return Response(found.text(), media_type=CONTENT_TYPE_LATEST)
