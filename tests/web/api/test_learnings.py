"""Learnings over REST: asked for, told step by step, paused, cancelled, given up when nobody listens."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import httpx2
import numpy as np
import pytest
import torch
from torch.nn import functional as F

from app.engine.learning.training import ShapeTraining
from app.main import create_app
from app.settings import Settings
from tests.browser.serving import serving

SOON = 30  # seconds after which a test gives up waiting


def told(lines: Iterator[str]) -> Iterator[tuple[str, int, dict]]:
    """The events of a stream: name, id and data."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield fields["event"], int(fields["id"]), json.loads(fields["data"])
            fields = {}


def whole(api, body: dict, **query) -> list[tuple[str, int, dict]]:
    made = api.post("/learnings", json=body)
    assert 201 == made.status_code, made.text
    answer = api.get(f"/learnings/{made.json()['id']}/events", params=query)
    assert 200 == answer.status_code, answer.text
    return list(told(iter(answer.text.splitlines())))


def test_a_kernel_is_learned_and_told(api) -> None:
    made = api.post("/learnings", json={"kernel": "sobel_x", "steps": 100})
    body = made.json()
    assert made.headers["Location"].endswith(body["id"])
    assert ("running", "no-store") == (body["state"], made.headers["Cache-Control"])
    answer = api.get(f"http://testserver{body['events_url']}")
    assert "text/event-stream; charset=utf-8" == answer.headers["Content-Type"]
    assert "Content-Encoding" not in answer.headers
    events = list(told(iter(answer.text.splitlines())))
    assert ("start", "step") == (events[0][0], events[1][0])
    assert [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]] == events[0][2]["hidden"]
    losses = [loss for name, _, data in events if name == "step" for loss in data["losses"]]
    assert 101 == len(losses)
    assert pytest.approx(1.01, abs=0.005) == losses[0]
    name, step, last = events[-1]
    assert ("end", 100, "done", "Done after 100 steps.") == (name, step, last["reason"], last["says"])
    np.testing.assert_allclose(events[0][2]["hidden"], events[-2][2]["kernel"], atol=0.003)
    np.testing.assert_allclose(0, events[-2][2]["gradient"], atol=0.01)


def test_a_stream_goes_on_behind_the_step_that_the_browser_has(api) -> None:
    body = {
        "image": "cat-chelsea",
        "kernel": "emboss",
        "momentum": 0.9,
        "start": "random",
        "seed": 4,
        "steps": 40,
    }
    all_ = whole(api, body)
    rest = whole(api, body, after=25)
    assert (25, 25) == (rest[0][1], rest[0][2]["after"])
    assert all_[-2][2]["kernel"] == rest[-2][2]["kernel"]
    losses = [loss for name, _, data in all_ if name == "step" for loss in data["losses"]]
    assert losses[26:] == [loss for name, _, data in rest if name == "step" for loss in data["losses"]]
    made = api.post("/learnings", json=body).json()
    again = api.get(f"/learnings/{made['id']}/events", headers={"Last-Event-ID": "25"})
    assert next(told(iter(again.text.splitlines()))) == rest[0]
    over = whole(api, body, after=40)
    assert ["start", "end"] == [name for name, _, _ in over]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"image": "cat-chelsea", "target": "gray|conv([1,2;3,4],stride=2)", "kernel_size": 2, "stride": 2}, [[1, 2], [3, 4]]),
        ({"target": "gray|conv(laplacian4,padding=1)", "padding": 1}, [[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        ({"kernel": "[1,2;3,4]", "made_by": "convolution"}, [[4, 3], [2, 1]]),
        ({"kernel": "[1,2;3,4]", "made_by": "convolution", "learned_by": "convolution"}, [[1, 2], [3, 4]]),
        ({"kernel": "[1,2;3,4]", "learned_by": "convolution"}, [[4, 3], [2, 1]]),
        ({"image": "grid([1,2,0;0,1,3;2,0,1])", "after": "grid([2,4,0;0,2,6;4,0,2])", "kernel_size": 1}, [[2]]),
        ({"image": "grid([1,2,0;0,1,3;2,0,1])", "target": "grid([3,6,0;0,3,9;6,0,3])", "kernel_size": 1}, [[3]]),
    ],
)  # fmt: skip
def test_every_kind_of_pair_gives_its_kernel(api, body: dict, expected: list) -> None:
    events = whole(api, {"momentum": 0.9, "rate": 0.1, "steps": 2000, **body})
    np.testing.assert_allclose(expected, events[-2][2]["kernel"], atol=0.02)


def test_too_high_a_rate_is_told(api) -> None:
    events = whole(api, {"kernel": "sobel_x", "rate": 3, "steps": 2000})
    assert "lost" == events[-1][2]["reason"]
    assert "Lower the rate" in events[-1][2]["says"]
    losses = [loss for name, _, data in events if name == "step" for loss in data["losses"]]
    assert losses[-1] >= 1e12
    assert pytest.approx(0.437, abs=5e-4) == events[0][2]["bound"]


def test_shapes_are_trained_and_counted(api) -> None:
    events = whole(api, {"learn": "shapes", "seed": 3, "steps": 45})
    steps = [data for name, _, data in events if name == "step"]
    assert [0, 20, 40, 45] == [one["step"] for data in steps for one in data["counts"]]
    assert all(500 == np.sum(one["confusion"]) for data in steps for one in data["counts"])
    assert 45 == sum(len(data["losses"]) for data in steps) == sum(len(data["hits"]) for data in steps)
    assert (8, 3, 3) == np.shape(steps[-1]["kernels"])
    np.testing.assert_allclose(1, np.sum(steps[-1]["unseen"], axis=1), atol=1e-4)
    assert np.trace(steps[-1]["counts"][-1]["confusion"]) > np.trace(steps[0]["counts"][0]["confusion"])


def test_the_network_of_shapes_is_asked_about_a_picture_of_ones_own(api) -> None:
    """The oracle is the same chain of layers in torch, with the weights of the same training."""
    drawn = np.zeros((24, 24), int)
    drawn[4:20, 11:13] = drawn[8:10, 3:21] = 1
    shape = f"grid([{';'.join(','.join(map(str, row)) for row in drawn.tolist())}])"
    events = whole(api, {"learn": "shapes", "seed": 3, "steps": 30, "shape": shape})
    told = [data["shape"] for name, _, data in events if name == "step"][-1]
    training = ShapeTraining(3)
    while training.step < 30:
        training.advance()
    weights = {name: torch.from_numpy(one) for name, one in training.weights.items()}
    first = F.max_pool2d(
        F.relu(
            F.conv2d(
                torch.from_numpy(drawn).float()[None, None],
                weights["conv1.weight"],
                weights["conv1.bias"],
                padding=1,
            )
        ),
        2,
    )
    means = F.relu(F.conv2d(first, weights["conv2.weight"], weights["conv2.bias"])).mean(dim=(2, 3))
    expected = torch.softmax(F.linear(means, weights["fc.weight"], weights["fc.bias"]), 1)[0]
    np.testing.assert_allclose(expected, told, atol=1e-5)
    photo = whole(api, {"learn": "shapes", "steps": 1, "shape": "cat-chelsea"})
    np.testing.assert_allclose(
        1, [sum(data["shape"]) for name, _, data in photo if name == "step"], atol=1e-4
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "learning_pair"),
        ({"kernel": "box", "shape": "cat-chelsea"}, "learning_shape"),
        ({"learn": "shapes", "shape": "nobody"}, "image_unknown"),
        ({"kernel": "box", "target": "gray"}, "learning_pair"),
        ({"kernel": "box,sobel_x"}, "learning_kernel"),
        ({"kernel": "box)|relu|conv(box"}, "learning_kernel"),
        ({"kernel": "box,stride=2"}, "learning_kernel"),
        ({"kernel": "slices([1],[2],[3])"}, "learning_kernel"),
        ({"kernel": "nothing"}, "unknown_kernel"),
        ({"target": "conv(box)", "image": "cat-chelsea"}, "learning_target"),
        ({"target": "gray|conv(box,size=5)"}, "descent_pair"),
        ({"target": "grid(1)"}, "grid_form"),
        ({"kernel": "gaussian(size=31)", "size": 16}, "descent_kernel"),
        ({"kernel": "gaussian(size=31)", "size": 128, "image": "cat-chelsea"}, "descent_too_large"),
        ({"kernel": "box", "rate": 0}, "descent_setting"),
        ({"learn": "shapes", "steps": 601}, "descent_setting"),
        ({"learn": "shapes", "rate": 5}, "descent_setting"),
        ({"learn": "shapes", "kernel": "box"}, "learning_unused"),
        ({"kernel": "box", "image": "nobody"}, "image_unknown"),
        ({"kernel": "box", "steps": 0}, "request_too_small"),
        ({"kernel": "box", "steps": 9999}, "request_too_large"),
        ({"kernel": "box", "extra": 1}, "request_unknown"),
    ],
)
def test_what_cannot_be_learned_is_told_at_once(api, body: dict, code: str) -> None:
    for language in ("en", "es"):
        answer = api.post("/learnings", json=body, headers={"Accept-Language": language})
        assert answer.status_code in (404, 422)
        assert "application/problem+json" == answer.headers["Content-Type"]
        assert code == answer.json()["code"]


def test_a_fault_in_a_kernel_is_placed_within_its_own_text(api) -> None:
    answer = api.post("/learnings", json={"kernel": "box,nothing"}).json()
    assert ("unknown_kernel", 4) == (answer["code"], answer["position"])


def test_an_unknown_learning_is_not_found(api) -> None:
    for answer in (
        api.get(f"/learnings/{'0' * 32}"),
        api.get("/learnings/a/events"),
        api.patch(f"/learnings/{'0' * 32}", json={"state": "paused"}),
        api.delete(f"/learnings/{'0' * 32}"),
    ):
        assert (404, "learning_unknown") == (answer.status_code, answer.json()["code"])
    made = api.post("/learnings", json={"kernel": "box"}).json()
    assert 422 == api.patch(f"/learnings/{made['id']}", json={"state": "asleep"}).status_code
    assert 415 == api.patch(f"/learnings/{made['id']}", content="paused").status_code
    assert 204 == api.delete(f"/learnings/{made['id']}").status_code
    assert 404 == api.get(f"/learnings/{made['id']}").status_code


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[tuple]:
    """A real server, since the test client waits for the end of a stream: (client, program)."""
    program = create_app(Settings(data_folder=tmp_path_factory.mktemp("learn"), learnings_max=2))
    with serving(program) as base, httpx2.Client(base_url=f"{base}/api/v1", timeout=SOON) as client:
        yield client, program.state.services


@contextmanager
def listening(client, **body) -> Iterator[tuple[str, Iterator[tuple[str, int, dict]]]]:
    made = client.post("/learnings", json=body).json()
    with client.stream("GET", f"/learnings/{made['id']}/events") as answer:
        assert 200 == answer.status_code
        yield made["id"], told(answer.iter_lines())
    client.delete(f"/learnings/{made['id']}")


def wait_until(reached) -> None:
    end = time.monotonic() + SOON
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_pauses_goes_on_and_is_cancelled(server) -> None:
    client, _ = server
    with listening(client, kernel="sobel_x", pace=20, steps=2000) as (name, events):
        assert "start" == next(events)[0]
        while next(events)[1] < 3:
            pass
        assert "paused" == client.patch(f"/learnings/{name}", json={"state": "paused"}).json()["state"]
        kind, stopped, data = next(one for one in events if one[0] == "state")
        assert {"state": "paused"} == data
        client.patch(f"/learnings/{name}", json={"state": "running"})
        kind, step, data = next(events)
        assert ("state", stopped, {"state": "running"}) == (kind, step, data)
        assert ("step", stopped + 1) == next(events)[:2], "no step was made meanwhile"
        client.patch(f"/learnings/{name}", json={"state": "cancelled"})
        kind, _, data = list(events)[-1]
        assert ("end", "cancelled") == (kind, data["reason"])


def test_a_deleted_one_ends_and_a_paced_one_keeps_its_pace(server) -> None:
    client, services = server
    with listening(client, learn="shapes", pace=20) as (name, events):
        steps = [next(events)[1] for _ in range(5)]
        assert all(after - before <= 5 for before, after in pairwise(steps))
        client.delete(f"/learnings/{name}")
        assert "cancelled" == list(events)[-1][2]["reason"]
    wait_until(lambda: services.streams.open == 0)


def test_it_stops_when_the_client_is_gone(server) -> None:
    client, services = server
    with listening(client, learn="shapes", pace=5) as (_, events):
        next(events)
        assert 1 == services.streams.open
    wait_until(lambda: services.streams.open == 0 and services.jobs.held == 0)


def test_too_many_are_told_to_wait(server) -> None:
    client, services = server
    with listening(client, kernel="box", pace=5) as (name, events):
        next(events)
        with listening(client, kernel="box", pace=5) as (_, others):
            next(others)
            refused = client.post("/learnings", json={"kernel": "box"})
            assert (503, "learnings_full") == (refused.status_code, refused.json()["code"])
            assert refused.headers["Retry-After"]
            third = client.get(f"/learnings/{name}/events")
            assert (503, "learnings_full") == (third.status_code, third.json()["code"])
            assert 200 == client.get(str(client.base_url.join("/health"))).status_code
    wait_until(lambda: services.streams.open == 0)
