"""Liveness, readiness, metrics."""

import logging
import time

import pytest
from fastapi.testclient import TestClient

from app.store.photos import PhotoStore
from app.web.health import NoAddresses


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


def test_a_store_that_cannot_be_written_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(PhotoStore, "is_writable", lambda self: False)
    answer = client.get("/ready")

    assert (503, "not writable") == (answer.status_code, answer.json()["store"])


def test_metrics_name_routes_and_no_addresses(client):
    client.get("/api/v1/kernels/gaussian")
    client.get("/api/v1/images/" + "a" * 32)
    text = client.get("/metrics").text

    assert 'convisor_requests_total{method="GET",route="/kernels/{name}",status="200"} 1.0' in text
    assert 'route="/images/{image}",status="404"' in text
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


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/api/v1/images/0123abcd/trace", "/api/v1/images/…"),
        ("/view/0123abcd.webp", "/view/…"),
        ("/api/v1/networks/n0123abcd", "/api/v1/networks/…"),
        ("/?image=0123abcd&stack=gray", "/"),
        ("/about", "/about"),
    ],
)
def test_the_access_log_names_no_photo(path, logged):
    args = ("127.0.0.1:1", "GET", path, "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, "%s %s %s %s %d", args, None)
    assert NoAddresses().filter(record)
    assert logged == record.args[2]
