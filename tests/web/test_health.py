"""Liveness, readiness, metrics."""

import json
import logging
import time

import pytest
from fastapi.testclient import TestClient

from app.main import build_services
from app.settings import Settings
from app.store.photos import PhotoStore
from app.web import pulse as pulse_module
from app.web.pulse import Pulse


def test_alive(client):
    assert (200, {"status": "ok"}) == (client.get("/health").status_code, client.get("/health").json())


def test_ready_says_warming_and_then_warm(app):
    assert (
        "warming" == TestClient(app).get("/ready").json()["classifier"]
    )  # without its lifespan nothing warms up
    with TestClient(app) as client:
        for _ in range(600):
            state = client.get("/ready").json()
            if state["classifier"] != "warming":
                break
            time.sleep(0.1)
    assert {"status": "ready", "store": "writable", "classifier": "warm"} == state


def test_what_waits_for_the_warmth_is_called_once_it_is_there(app):
    seen = []
    app.state.warmth.afterwards = lambda: seen.append(app.state.warmth.state)
    with TestClient(app):
        for _ in range(600):
            if seen:
                break
            time.sleep(0.1)
    assert ["warm"] == seen


def test_workers_share_the_memory_for_caches(tmp_path):
    def most(workers):
        services = build_services(Settings(data_folder=tmp_path, workers=workers, cache_bytes=1000))
        services.pictures.put(
            "a", b"x" * 100
        )  # 250 of one worker's bytes are for pictures, 62 of four workers'
        return services.pictures.counts().entries

    assert (1, 0) == (most(1), most(4))


def test_a_store_that_cannot_be_written_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(PhotoStore, "is_writable", lambda self: False)
    answer = client.get("/ready")

    assert (503, "not writable") == (answer.status_code, answer.json()["store"])


def test_metrics_name_routes_and_no_addresses(client):
    client.get("/api/v1/kernels/gaussian")
    client.get("/api/v1/images/" + "a" * 32)
    text = client.get("/metrics").text

    assert 'convisor_requests_total{method="GET",route="/api/v1/kernels/{name}",status="200"} 1.0' in text
    assert 'route="/api/v1/images/{image}",status="404"' in text
    assert "aaaa" not in text
    assert "gaussian" not in text
    assert 'convisor_cache_bytes{cache="traces"}' in text
    assert "convisor_request_seconds_bucket" in text


def test_a_second_trace_is_answered_from_the_cache(client):
    def hits() -> float:
        line = next(
            x
            for x in client.get("/metrics").text.splitlines()
            if x.startswith('convisor_cache_hits_total{cache="traces"}')
        )
        return float(line.split()[-1])

    path = "/api/v1/trace?image=pattern(edge)&stack=relu|abs"
    client.get(path)
    before = hits()
    client.get(path)

    assert 3 == hits() - before


def test_the_printed_examples_name_the_server_that_prints_them(client):
    page = client.get("/docs").text
    assert "http://testserver/api/v1/trace" in page
    assert "127.0.0.1:8000" not in page


def test_a_request_is_one_line_without_what_was_asked(client, caplog):
    caplog.set_level(logging.INFO, logger="convisor.requests")
    client.get("/api/v1/images/" + "a" * 32 + "?stack=gray")

    (line,) = [json.loads(record.message) for record in caplog.records if record.name == "convisor.requests"]
    assert {"time", "method", "route", "status", "ms", "bytes"} == set(line)
    assert ("GET", "/api/v1/images/{image}", 404) == (line["method"], line["route"], line["status"])
    assert line["bytes"] > 0


def test_the_servers_own_access_log_is_silent_however_it_is_started(client):
    assert logging.getLogger("uvicorn.access").disabled


def test_the_pulse_tells_the_last_minute(monkeypatch):
    pulse = Pulse()
    now = 1000.0
    monkeypatch.setattr(pulse_module.time, "monotonic", lambda: now)
    pulse.add(9.0, 500)
    now += 59
    for milliseconds in range(100):
        pulse.add(milliseconds / 1000, 503 if milliseconds == 7 else 200)
    now += 2  # the first is older than a minute

    reading = pulse.reading()
    assert (100, 1, 0) == (reading.answered, reading.refused, reading.failed)
    assert pytest.approx(95) == reading.p95_ms


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/v1/networks", "/api/v1/networks"),  # the page of the same name takes uploads too
        ("/course/kernels", "/course/{slug}"),
        ("/static/icon.svg", "/static"),
        ("/api/v1/nothing", "other"),
    ],
)
def test_a_route_is_named_as_its_address_begins(client, path, route):
    client.get(path)

    assert f'convisor_requests_total{{method="GET",route="{route}",status="' in client.get("/metrics").text
