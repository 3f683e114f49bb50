"""What a column tells the lens: the rule by which a channel reads channels holds for every kind."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.fields import Plane
from app.domain.windows import Sliding, sources
from app.layers.base import shape_of
from app.layers.registry import kinds, parse_stack
from app.rendering.scale import choose_scale
from app.web.pages.layer_facts import reads_rule, winning
from app.web.pages.unread import unread_by
from tests.layers.drawn import cases


def decoded(rule: str, channel: int, inputs: int) -> tuple[int, ...]:
    """The rule as the lens reads it (static/js/stages.js)."""
    name, *numbers = rule.split(":")
    first, second = [*map(int, numbers), 1, 1][:2]
    if name == "groups":
        start = channel // second * first
        return tuple(range(start, start + first))
    return {"all": tuple(range(inputs)), "each": (channel // first,), "own": (channel,)}[name]


@pytest.mark.parametrize("kind", sorted(kinds()))
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_rule_tells_what_every_channel_reads(kind: str, data: st.DataObject) -> None:
    layer, x = data.draw(cases(kind))
    before = shape_of(x)
    rule = reads_rule(layer, before)
    for channel in range(layer.output_shape(before)[0]):
        assert layer.reads(channel, before) == decoded(rule, channel, before[0])


@pytest.mark.parametrize(
    ("stack", "tail", "between"),
    [
        ("conv([1,1,1],stride=3)", (1, 2), (6, 0)),
        ("conv([1;1],stride=2)", (1, 0), (0, 5)),
        ("maxpool(2,stride=3)", (0, 0), (3, 3)),
        ("conv(box,padding=same)", (0, 0), (0, 0)),
        ("conv(box,padding=1,mode=circular,stride=4)", (0, 0), (2, 2)),
    ],
)
def test_cells_that_no_window_reads_are_found(
    stack: str, tail: tuple[int, int], between: tuple[int, int]
) -> None:
    layer, shape = parse_stack(stack).layers[0], (1, 11, 11)
    unread = unread_by(layer.window(shape))
    probe = np.zeros(shape, np.float32)
    dead = [
        (r, c)
        for r in range(11)
        for c in range(11)
        if not np.any(layer.forward(_lit(probe, r, c)) - layer.forward(probe))
    ]
    rows, cols = 11 - tail[0] - between[0], 11 - tail[1] - between[1]
    assert tail == unread.tail
    assert between == unread.between
    assert 121 - rows * cols == len(dead)


@given(
    axis=st.builds(
        Sliding,
        inputs=st.integers(1, 12),
        outputs=st.integers(1, 9),
        size=st.integers(1, 4),
        stride=st.integers(0, 4),
        dilation=st.integers(1, 3),
        before=st.integers(0, 5),
        mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    )
)
def test_no_cell_counts_as_unread_that_an_output_reads(axis: Sliding) -> None:
    unread = unread_by(Plane(axis, Sliding(1, 1)))
    assert axis.inputs - len(sources(axis, range(axis.outputs))) == unread.tail[0] + unread.between[0]


@pytest.mark.parametrize(
    ("stack", "names"),
    [
        ("conv(gaussian)|conv(sobel_x)", ["R", "G", "B"]),
        ("gray|conv(sobel_x,sobel_y)", ["sobel_x", "sobel_y"]),
        (
            "conv(sobel_x,sobel_y)",
            ["sobel_x R", "sobel_y R", "sobel_x G", "sobel_y G", "sobel_x B", "sobel_y B"],
        ),
    ],
)
def test_small_maps_are_named_by_what_differs(client: TestClient, stack: str, names: list[str]) -> None:
    page = client.get("/", params={"image": "pattern(edge,size=16)", "stack": stack}).text
    last = page.rpartition('class="small-maps"')[2]
    assert names == re.findall(
        r'class="small-map" src="data:image/png[^>]*><span>(.*?)</span>', last.partition("<figcaption")[0]
    )


def test_maps_of_one_cell_share_a_scale_and_show_their_value(client: TestClient) -> None:
    scene = {
        "image": "grid([1,2;3,4])",
        "stack": "gray|conv([1],[-2],[0.5])|globalavg",
        "size": "8",
        "fit": "keep",
    }
    colours = []
    for channel, value in enumerate((2.5, -5.0, 1.25)):
        picture = client.get(f"/api/v1/maps/3/{channel}.png", params=scene)
        found = np.array(Image.open(BytesIO(picture.content)).convert("RGB"))[0, 0]
        assert tuple(found.tolist()) == choose_scale(-5.0, 2.5).color(value)
        colours.append(tuple(found.tolist()))
    assert 3 == len(set(colours))
    page = client.get("/", params={**scene, "lang": "es"}).text
    assert ["2,50", "−5,00", "1,25"] == re.findall('<span class="v">([^<]*)</span>', page)


def _lit(maps: np.ndarray, row: int, col: int) -> np.ndarray:
    lit = maps.copy()
    lit[0, row, col] = 1
    return lit


@pytest.mark.parametrize("kind", sorted(name for name, kind in kinds().items() if kind.recipe == "max"))
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_page_says_which_cell_wins(kind: str, data: st.DataObject) -> None:
    layer, x = data.draw(cases(kind))
    told = layer.explain(x, 0, 0, 0)
    assert told.winner is not None
    sign = {"largest": 1, "smallest": -1}[winning(layer, shape_of(x))]
    inside = told.terms[0].patch[~told.terms[0].outside]
    if np.prod(layer.output_shape(shape_of(x))[1:]) == 1:  # the one window that was asked
        assert (sign * inside).max() == sign * told.winner.value


def test_scripts_learn_of_kinds_by_data_alone(client: TestClient) -> None:
    given = {"image": "cat-chelsea", "size": "16", "fit": "crop", "lang": "en"}
    html = client.get("/", params={**given, "stack": "gray|minpool(2)|maxpool(2)|flatten"}).text
    assert "data-weights='[[[[0.299]],[[0.587]],[[0.114]]]]'" in html
    assert ["smallest", "largest"] == re.findall(r'data-wins="(\w+)"', html)
    assert 1 == html.count(" data-unfolds")
