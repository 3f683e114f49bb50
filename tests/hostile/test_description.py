"""Every call of the description, and every page, with values that its schema allows and with those it does not.

The quick part takes a few examples of each; `make hostile` hundreds, on the same program.
"""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernels.registry import KERNELS
from app.layers.registry import kinds
from app.main import create_app
from app.settings import Settings
from tests.hostile.answers import check, check_sentence, timed
from tests.hostile.serving import served

WORDS = [
    *kinds(),
    *KERNELS,
    "same",
    "full",
    "reflect",
    "slices",
    "catdog.c1",
    "weights(catdog.c1)",
    "n" + "0" * 32 + ".a",
]
SIGNS = [
    *"|(),=;[]~:-.",
    "3",
    "0",
    "-1",
    "2.5",
    "1e9",
    "9" * 40,
    "padding=",
    "size=",
    "stride=",
    "dilation=64",
    " ",
    "\u00a0",
    "٣",
    "∞",
]
STACKS = st.one_of(
    st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=14).map("".join),
    st.lists(st.builds("{}({})".format, st.sampled_from([*kinds(), "~conv"]), st.sampled_from(["", "2", "box", "sobel_x,padding=same", "box,size=31,channels=sum", "[1,2;3]"])), max_size=5).map("|".join),
    st.text(max_size=40),
)  # fmt: skip
IMAGES = st.one_of(
    st.sampled_from(["cat-chelsea", "pattern(noise,size=16)", "grid([1,2;3,4])", "grid([1e38,-1e38])", "f" * 32, "grid([])", "pattern(edge,size=99999)"]),
    st.text(max_size=30),
    STACKS,
)  # fmt: skip
ODD = st.one_of(
    st.sampled_from(["", "nan", "inf", "-0", "1e400", "9" * 30, "0x1", "1_0", "null", "true", "[]", "\0", "\ud800".encode("utf-8", "replace").decode(), "%", "a" * 3000]),
    st.integers(-5, 3000).map(str),
    st.text(max_size=20),
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
DOCUMENT = create_app(Settings(data_folder="/tmp/convisor-description")).openapi()
CALLS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
PAGES = [
    "/",
    "/sources",
    "/edit",
    "/cell",
    "/network",
    "/code",
    "/course",
    "/course/kernels",
    "/course/learning",
    "/glossary",
    "/about",
    "/docs",
    "/view/a.webp",
]
PAGE_FIELDS = ["image", "stack", "at", "lang", "theme", "network", "size", "fit", "plan", "answer", "layer", "set.size", "add", "remove", "stage", "channel",
               "row", "column", "method", "target", "step", "colors", "scope", "open", "unit", "cover"]  # fmt: skip
FAST = {"image": "pattern(edge,size=12)", "size": "12", "height": "12", "width": "12"}
SLOW = ("/learnings",)  # answers as long as a training lasts: tests of its own


def valid(schema):
    """Values that a schema allows."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*map(valid, schema["anyOf"]))
    match schema.get("type"):
        case "integer" | "number":
            low = schema.get("minimum", -3)
            return st.integers(int(low), int(min(schema.get("maximum", 40), low + 600)))
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(valid(schema.get("items", {})), max_size=3)
        case "object":
            return st.fixed_dictionaries(
                {},
                optional={name: field_of(name, part) for name, part in schema.get("properties", {}).items()},
            )
        case "null":
            return st.none()
    return st.text(max_size=20)


def field_of(name, schema):
    """Values of a field, allowed or not; the two that have a language of their own get its words."""
    special = {"image": IMAGES, "stack": STACKS, "other_stack": STACKS, "other_image": IMAGES}.get(name)
    return special if special is not None else st.one_of(valid(schema), ODD)


@st.composite
def requests(draw, method, path):
    """One call with its path, query and body filled in."""
    operation = DOCUMENT["paths"][path][method]
    query, body = {}, None
    for parameter in operation.get("parameters", []):
        if draw(st.integers(0, 3)) or parameter["in"] == "path":
            value = str(draw(field_of(parameter["name"], parameter["schema"])))
            if parameter["in"] == "path":
                path = path.replace(
                    "{" + parameter["name"] + "}",
                    value.replace("/", "%2f").replace("?", "%3f").replace("#", "%23") or "0",
                )
            elif parameter["in"] == "query":
                query[parameter["name"]] = value
        elif parameter["name"] in FAST:
            query[parameter["name"]] = FAST[parameter["name"]]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        fields = draw(valid(content["application/json"]["schema"]))
        body = draw(st.one_of(st.just(fields), st.just(fields), JSON))
    elif content:
        body = draw(st.binary(max_size=60))
    return method, path, query, body


def ask(site, method, path, query, body):
    text = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    kind = (
        {"content-type": "application/json"}
        if not isinstance(body, bytes | None)
        else {"content-type": "image/png"}
        if body
        else {}
    )
    asked = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
    address = (
        path.encode("utf-8", "replace")
        .decode("utf-8")
        .replace("\0", "%00")
        .replace("\r", "%0d")
        .replace("\n", "%0a")
        .replace("\t", "%09")
    )
    address = "".join(sign if sign.isprintable() and sign.isascii() else "%20" for sign in address)
    return timed(lambda: site.request(method, address, params=asked, content=text, headers=kind), path)


def examples(number):
    return settings(max_examples=number, suppress_health_check=list(HealthCheck))


def attack(site, call, number):
    method, path = call
    if any(slow in path for slow in SLOW):
        pytest.skip("answers as long as a training lasts")

    @examples(number)
    @given(requests(method, path))
    def run(request):
        check(ask(site, *request), accepted=(200, 201, 204, 303, 304, 307))

    run()


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_call_of_the_description(site, call):
    attack(site, call, 2)


@pytest.mark.hostile
@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_every_call_of_the_description_at_length(site, call):
    attack(site, call, 150)


def attack_page(site, path, number):
    @examples(number)
    @given(
        st.dictionaries(st.sampled_from(PAGE_FIELDS), st.one_of(STACKS, IMAGES, ODD), max_size=4),
        st.booleans(),
    )
    def run(fields, part):
        headers = {"hx-request": "true"} if part else {"accept": "text/html"}
        asked = {**FAST, **fields} if "image" not in fields else fields
        query = {name: value.encode("utf-8", "replace").decode() for name, value in asked.items()}
        answer = timed(lambda: site.get(path, params=query, headers=headers), path)
        check(answer, accepted=(200, 303, 304, 307))

    run()


@pytest.mark.parametrize("path", PAGES)
def test_every_page(site, path):
    attack_page(site, path, 2)


@pytest.mark.hostile
@pytest.mark.parametrize("path", PAGES)
def test_every_page_at_length(site, path):
    attack_page(site, path, 150)


@examples(60)
@given(STACKS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_wrong_with_a_stack_is_said_with_its_place(site, language, stack):
    answer = site.get(
        "/api/v1/trace",
        params={
            "image": "pattern(edge,size=12)",
            "stack": stack.encode("utf-8", "replace").decode(),
            "lang": language,
        },
    )
    assert answer.status_code in (200, 422, 410, 404), answer.text
    if answer.status_code == 422:
        body = answer.json()
        check_sentence(body)
        assert 0 <= body.get("position", 0) <= len(stack)


WORST = (
    "conv(" + ",".join(["random(size=31)"] * 8) + ",channels=sum,padding=same)|conv(" + ",".join(["random(size=31)"] * 64) + ",channels=sum,padding=same)",
    "|".join(["gelu"] * 64), "|".join(["rotate(33)"] * 64), "|".join(["avgpool(63,stride=1,padding=31)"] * 64), "|".join(["conv(random,size=31,dilation=16,padding=same)"] * 9),
    "|".join(["conv(box,padding=256,stride=8)"] * 9), "|".join(["deconv(random,size=31,stride=4)"] * 9), "|".join(["upsample(32)"] * 9), "|".join(["local(31,maps=64)"] * 9),
    "conv(box,padding=full,size=31,dilation=64,stride=64)|" * 3 + "relu", "conv(" + ",".join(["gaussian(size=31)"] * 64) + ")|conv(" + ",".join(["random(size=31)"] * 64) + ",channels=sum)",
)  # fmt: skip


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory):
    """A real server that keeps no stage, so that a second try is as long as the first."""
    with served(tmp_path_factory.mktemp("forgetful") / "data", CONVISOR_CACHE_BYTES="0") as running:
        yield running


@pytest.mark.hostile
@pytest.mark.parametrize("size", [64, 700])
@pytest.mark.parametrize("stack", WORST, ids=range(len(WORST)))
def test_the_costliest_stacks_are_computed_or_refused_in_time_and_memory(forgetful, stack, size):
    query = {
        "image": f"pattern(noise,size={min(size, 256)})" if size < 100 else "cat-chelsea",
        "stack": stack,
        "size": size,
    }
    answer = timed(lambda: forgetful.client.get("/api/v1/trace", params=query), stack[:60])
    assert 200 == answer.status_code
    if refused := answer.json().get("refused"):
        assert " " in refused["reason"]
    assert forgetful.peak_bytes() < 1_200_000_000
