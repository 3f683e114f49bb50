"""Receptive fields over REST: published tables, boxes, refusals."""

import pytest

BLOCK = "conv(box,padding=1)|relu|"
VGG16 = "|".join(
    [BLOCK * 2 + "maxpool(2)"] * 2 + [BLOCK * 3 + "maxpool(2)"] * 3
)  # Simonyan and Zisserman 2015, configuration D
ALEXNET = (
    "conv(box,size=11,stride=4,padding=2)|maxpool(3,2)|conv(box,size=5,padding=2)|maxpool(3,2)"
    "|conv(box,padding=1)|conv(box,padding=1)|conv(box,padding=1)|maxpool(3,2)"
)


def field(api, **params):
    answer = api.get("/receptive-field", params={"height": 224, "width": 224} | params)
    assert 200 == answer.status_code, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("stack", "size", "jump", "start"),
    [(VGG16, 212, 32, -90), (ALEXNET, 195, 32, None)],  # Araujo, Norris and Sim, Distill 2019, table 1
)
def test_published_networks_have_their_published_fields(api, stack, size, jump, start):
    last = field(api, stack=stack)["stages"][-1]

    assert ([size, size], [jump, jump]) == (last["size"], last["jump"])
    assert start is None or [start, start] == last["start"]


def test_the_table_is_that_of_a_trace(api):
    stack = "conv(box,size=5,stride=2)|maxpool(2)|conv(sobel_x,dilation=2)"
    traced = api.get("/trace", params={"image": "pattern(noise,size=64)", "stack": stack}).json()["stages"]
    table = field(api, stack=stack, height=64, width=64)["stages"]

    for stage, row in zip(traced, table, strict=True):
        assert stage["receptive_field"] == {name: row[name] for name in ("size", "jump", "start")}
        assert (stage["shape"], stage["formula"], stage["layer"]) == (
            row["shape"],
            row["formula"],
            row["layer"],
        )


def test_a_cells_boxes_are_those_of_its_explanation(api):
    stack = "conv(box,padding=1)|maxpool(2)"
    where = {"stage": 2, "row": 0, "column": 5}
    boxes = field(api, stack=stack, height=16, width=16, **where)["boxes"]
    opened = api.get("/explain", params={"image": "pattern(edge,size=16)", "stack": stack} | where).json()

    assert opened["boxes"] == boxes
    assert {"stage": 0, "top": -1, "left": 9, "bottom": 2, "right": 12, "clipped": True} == boxes[0]


def test_without_a_cell_there_are_no_boxes(api):
    assert "boxes" not in field(api, stack="relu")


def test_a_refused_layer_ends_the_table(api):
    body = field(api, stack="relu|conv(box,size=31)|relu", height=16, width=16)

    assert (2, 2, "kernel_too_large") == (
        len(body["stages"]),
        body["refused"]["stage"],
        body["refused"]["code"],
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stage": 1}, "cell_incomplete"),
        ({"row": 1, "column": 1}, "cell_incomplete"),
        ({"stage": 3, "row": 0, "column": 0}, "no_such_stage"),
        ({"stage": 1, "row": 500, "column": 0}, "no_such_cell"),
        ({"height": 0}, "request_too_small"),
        ({"width": 10**9}, "request_too_large"),
        ({"height": None}, "request_missing"),
        ({"stack": "nope"}, "unknown_layer"),
        ({"stack": "conv(box,size=31)", "height": 8, "stage": 1, "row": 0, "column": 0}, "kernel_too_large"),
    ],
)
def test_what_cannot_be_says_so(api, changes, code):
    params = {"stack": "relu|relu", "height": 16, "width": 16} | changes
    answer = api.get(
        "/receptive-field", params={name: value for name, value in params.items() if value is not None}
    )

    assert (422, code) == (answer.status_code, answer.json()["code"])
