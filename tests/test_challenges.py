"""Challenges: the known answers win, near misses do not, and the figures are those of an independent computation."""

from __future__ import annotations

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from scipy.ndimage import correlate

from app.domain.errors import UserError
from app.explorer import Explorer, Scene
from app.explorer.challenges import CHALLENGES, Verdict, challenge
from app.explorer.challenges.guesses import PICTURE, UNSURE_SAMPLES, hidden_kernel
from app.explorer.challenges.lines import BLUR

FIVE = "|".join(f"conv(box,stride={s},padding=same)" for s in (2, 2, 1, 1, 1))
ALL_AT_ONE = "|".join(["conv(box,padding=same)"] * 15)
LARGE = "conv(gaussian,size=31,sigma=8,stride=4,padding=same)"


@pytest.fixture
def explorer(app: FastAPI) -> Explorer:
    return app.state.services.explorer


def checked(explorer: Explorer, name: str, **given: object) -> Verdict:
    return challenge(name).check(explorer, {key: str(value) for key, value in given.items()})


@pytest.mark.parametrize(
    ("name", "stack", "won"),
    [
        ("horizontal_edges", "gray|conv(sobel_y)", True),
        ("horizontal_edges", "gray|conv(sobel_x)", False),
        ("horizontal_edges", "gray|conv(sobel_y,padding=1)|abs", True),
        ("horizontal_edges", "gray|conv(laplacian4)", False),
        ("horizontal_edges", "gray|conv(box)", False),
        ("blind_whole", "gray|conv(gaussian,padding=full)|globalavg", True),
        ("blind_whole", "gray|conv(gaussian,padding=full)|globalmax", True),
        ("blind_whole", "gray|conv(gaussian)|maxpool(2)", False),
        ("blind_map", "gray|conv(gaussian,size=15,sigma=4,stride=8,padding=7,mode=reflect)", True),
        ("blind_map", "gray|maxpool(8)", False),
        ("blind_map", "gray|avgpool(8)", False),
        ("blind_map", "gray|globalavg", False),
    ],
)
def test_the_known_answers(explorer: Explorer, name: str, stack: str, won: bool) -> None:
    verdict = checked(explorer, name, stack=stack)
    assert won == verdict.won, verdict.findings


@pytest.mark.parametrize(
    ("layers", "won", "medal", "adds"),
    [
        (FIVE, True, "gold", 9 * (32**2 + 4 * 16**2)),
        (ALL_AT_ONE, True, "bronze", 9 * 15 * 64**2),
        (LARGE, True, "bronze", 31**2 * 16**2),
        (f"{FIVE}|conv(box,padding=same)", False, "gold", 9 * (32**2 + 5 * 16**2)),
        ("conv(box,dilation=15,padding=same)", False, "gold", 9 * 64**2),
        (
            FIVE.replace("conv(box,stride=2,padding=same)", "maxpool(3,stride=2,padding=1)", 1),
            False,
            "gold",
            None,
        ),
    ],
)
def test_a_field_of_31_and_its_cost(
    explorer: Explorer, layers: str, won: bool, medal: str, adds: int | None
) -> None:
    verdict = checked(explorer, "field_31", stack=f"gray|{layers}")
    assert won == verdict.won
    if adds is not None:
        assert adds == verdict.score
    if won:
        assert medal == verdict.medal


def test_no_cheaper_stack_of_the_task_reaches_31() -> None:
    """All sequences of kernels and strides that end on 31 × 31 with 16 × 16 cells, by their cost."""
    best = {0: 0}  # nothing yet
    found: list[int] = []
    todo = [(1, 1, 64, 0)]
    while todo:
        field, jump, side, cost = todo.pop()
        if field == 31:
            found.append(cost)
            continue
        for kernel in range(3, 32, 2):
            for stride in range(1, kernel + 1):
                wider, after = field + (kernel - 1) * jump, -(-side // stride)
                price = cost + kernel**2 * after**2
                if wider <= 31 and after >= 16 and price <= 18_432:
                    todo.append((wider, jump * stride, after, price))
    assert best
    assert 18_432 == min(found)


def test_a_blur_undone_is_measured_as_scipy_does(explorer: Explorer) -> None:
    gray = explorer.trace(Scene("cat-chelsea", "gray", 64, "crop")).stages[-1].maps[0].astype(float)
    blurred = explorer.trace(Scene("cat-chelsea", BLUR, 64, "crop")).stages[-1].maps[0].astype(float)
    sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], float)
    undone = correlate(blurred, sharpen, mode="mirror")
    share = np.sqrt(np.mean((undone - gray) ** 2)) / np.sqrt(np.mean((blurred - gray) ** 2))
    verdict = checked(explorer, "undo_blur", stack="conv(sharpen,padding=same,mode=reflect)")
    assert verdict.score == pytest.approx(share, abs=1e-5)
    assert "silver" == verdict.medal
    own = "conv([1.36,-3.38,1.36;-3.38,9.08,-3.38;1.36,-3.38,1.36],padding=same,mode=reflect)"
    assert "gold" == checked(explorer, "undo_blur", stack=own).medal
    assert not checked(explorer, "undo_blur", stack="conv(box,padding=same)").won
    assert not checked(explorer, "undo_blur", stack="maxpool(2)").won


def test_the_hidden_kernel_comes_out_of_one_picture(client: TestClient) -> None:
    page = client.get(
        "/course/challenges/hidden_kernel",
        params={"lang": "en", "which": "7", "send": "pattern(impulse,size=5)", "ask": "1"},
    ).text
    kernel = hidden_kernel(7)
    assert "Pictures sent: 1" in page
    assert all(f"<td>{value:.4g}</td>".replace("-", "−") in page for value in kernel.ravel() if value)
    told = ";".join(",".join(str(value) for value in row) for row in kernel)
    turned = ";".join(",".join(str(value) for value in row) for row in kernel[::-1, ::-1])
    explorer = client.app.state.services.explorer
    assert "gold" == checked(explorer, "hidden_kernel", kernel=told, which=7, sent=1).medal
    assert not checked(explorer, "hidden_kernel", kernel=turned, which=7, sent=1).won


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_challenge_stands_with_its_hints_and_its_check(client: TestClient, lang: str) -> None:
    assert 200 == client.get(f"/course/challenges?lang={lang}").status_code
    for task in CHALLENGES:
        query = {"lang": lang, "hints": "3"}
        page = client.get(f"/course/challenges/{task.name}", params=query)
        assert 200 == page.status_code
        assert 3 == page.text.partition('class="hints"')[2].partition("</ol>")[0].count("<li>")
        part = client.get(
            f"/course/challenges/{task.name}", params={**query, "check": "1"}, headers={"HX-Request": "true"}
        )
        assert 200 == part.status_code
        assert ('class="findings"' in part.text) or ('id="c-fault"' in part.text)
        lesson = client.get(f"/course/{task.lesson}?lang={lang}").text
        assert f"/course/challenges/{task.name}?" in lesson


def test_faults_are_told_in_words(client: TestClient) -> None:
    for name, query, words in (
        ("field_31", {"stack": "gray|cnv(box)"}, "cnv"),
        ("horizontal_edges", {"stack": "gray|globalavg|conv(box)"}, "kernel"),
        ("horizontal_edges", {"stack": "gray|conv(box,size=17,padding=same)"}, "beyond the border"),
        ("hidden_kernel", {"kernel": "1,2"}, "nine numbers"),
        ("unsure", {"top": "-4"}, "whole number"),
        ("hidden_kernel", {"send": "cat-chelsea"}, "at most 16"),
    ):
        page = client.get(f"/course/challenges/{name}", params={"lang": "en", "check": "1", **query})
        assert 200 == page.status_code
        assert words in page.text.partition('id="c-fault"')[2], name
    assert 404 == client.get("/course/challenges/nothing").status_code


def test_the_same_over_rest(client: TestClient) -> None:
    listed = client.get("/api/v1/challenges", headers={"Accept-Language": "es"}).json()["challenges"]
    assert [task.name for task in CHALLENGES] == [one["name"] for one in listed]
    assert "Solo bordes horizontales" == listed[0]["title"]
    answer = client.post("/api/v1/challenges/field_31", json={"stack": f"gray|{FIVE}"}).json()
    assert (True, "gold", 18_432) == (answer["won"], answer["medal"], answer["score"])
    fault = client.post("/api/v1/challenges/field_31", json={"stack": "gray|cnv(box)"})
    assert (422, "application/problem+json") == (fault.status_code, fault.headers["content-type"])
    assert 404 == client.post("/api/v1/challenges/nothing", json={}).status_code


def test_a_small_patch_makes_the_network_unsure_of_each_sample(explorer: Explorer) -> None:
    for image in UNSURE_SAMPLES:
        places = [(top, left) for top in range(0, PICTURE - 42, 10) for left in range(0, PICTURE - 42, 10)]
        verdicts = (
            checked(explorer, "unsure", image=image, top=top, left=left, rows=43, cols=43)
            for top, left in places
        )
        assert any(verdict.won for verdict in verdicts), image
    assert not checked(explorer, "unsure", image=UNSURE_SAMPLES[0], top=0, left=0, rows=112, cols=112).won


def test_what_is_too_long_for_a_challenge_is_refused(explorer: Explorer) -> None:
    with pytest.raises(UserError) as caught:
        checked(explorer, "horizontal_edges", stack="gray" + "|relu" * 800)
    assert ("challenge_too_long", {"limit": 4000}) == (caught.value.code, caught.value.params)
