"""The description: every call is told for people, and every printed example runs."""

import json
import re
import shlex
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import Settings
from app.store.samples import SAMPLES
from tests.own_networks import documented
from tests.web.api.pictures import jpeg_bytes

SERVER = "http://127.0.0.1:8000"
README = Path(__file__).parents[3] / "README.md"
SHORT = {"--form": "-F", "--header": "-H", "--data": "-d"}
VALUED = {"-F", "-d", "-H", "-X", "-o", "--data-binary", "--json"}


def operations():
    """Every call of the description."""
    document = create_app(Settings(data_folder="/tmp/convisor-description")).openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


OPERATIONS = dict(operations())
EXAMPLES = [
    (f"{name} {number}", block)
    for name, operation in OPERATIONS.items()
    for number, block in enumerate(re.findall(r"```sh\n(.*?)```", operation["description"], re.DOTALL))
]


def run_curl(api, line: str, files: dict[str, str]) -> str:
    """Do what the shell and curl would with one line."""
    line = re.sub(r"\$\(jq -r \.(\w+) (\w+\.json)\)", lambda m: json.loads(files[m[2]])[m[1]], line)
    words = shlex.split(line)
    assert "curl" == words.pop(0)
    target = words.pop() if len(words) > 1 and words[-2] == ">" else None
    words = words[:-1] if target else words
    options, url = [], ""
    while words:
        word = words.pop(0)
        word = SHORT.get(word, word)
        if word == "--json":
            options += [("-H", "Content-Type: application/json"), ("-d", words.pop(0))]
        elif word in VALUED:
            options.append((word, words.pop(0)))
        elif not word.startswith("-"):
            url = word
    answer = send(api, url, options)
    assert answer.status_code < 300, (line, answer.text)
    if target:
        files[target] = answer.text
    return answer.text


def send(api, url: str, options: list[tuple[str, str]]):
    """One request as curl makes it."""
    assert url.startswith(SERVER)
    headers = dict(value.split(": ", 1) for name, value in options if name == "-H")
    fields = dict(value.split("=", 1) for name, value in options if name == "-F")
    bodies = [value for name, value in options if name in ("-d", "--data-binary")]
    known = {"@cat.jpg": ("cat.jpg", jpeg_bytes()), "@net.safetensors": ("net.safetensors", documented())}
    upload = {name: known[value] for name, value in fields.items() if value in known}
    given = next((value for name, value in options if name == "-X"), "POST" if fields or bodies else "GET")
    content = jpeg_bytes() if bodies == ["@cat.jpg"] else "".join(bodies).encode() or None
    return api.request(
        given,
        url.replace(SERVER, "http://testserver"),
        headers=headers,
        data={name: value for name, value in fields.items() if name not in upload} or None,
        files=upload or None,
        content=None if fields else content,
    )


@pytest.mark.parametrize(("name", "block"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_runs_as_printed(api, name, block):
    files: dict[str, str] = {}
    for line in block.replace("\\\n", " ").strip().splitlines():
        run_curl(api, line.strip(), files)


def test_what_the_readme_prints_runs_in_its_order(api):
    files: dict[str, str] = {}
    lines = re.findall(r"^    (curl .*)$", README.read_text().replace("\\\n", " "), re.MULTILINE)
    for line in lines:
        run_curl(api, line, files)
    assert len(lines) >= 8
    assert {"photo.json", "made.json"} == files.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_call_is_told_and_has_an_example(name):
    operation = OPERATIONS[name]

    assert operation["summary"]
    assert len(operation["description"].split("```")[0].split()) >= 4
    assert any(example.startswith(f"{name} ") for example, _ in EXAMPLES)


class Tags(HTMLParser):
    """Collects start tags, and words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_shows_every_call_inside_the_policy(api, language):
    answer = api.get("http://testserver/docs", params={"lang": language})
    page = Tags()
    page.feed(answer.text)

    assert 200 == answer.status_code
    assert language == next(attrs["lang"] for tag, attrs in page.tags if tag == "html")
    text = " ".join(page.words)
    for name in OPERATIONS:
        assert name.split()[1] in text
    for tag, attrs in page.tags:
        assert "style" not in attrs
        assert tag != "style"
        assert not any(name.startswith("on") for name in attrs)
        assert not (attrs.get("src") or attrs.get("href") or "").startswith(
            ("http:", "https:", "//", "javascript:")
        )
        assert tag != "script" or attrs.get("src") or attrs.get("type") == "application/json"


def test_the_document_is_served_and_fastapis_own_pages_are_not(api):
    assert "3.1" in api.get("/openapi.json").json()["openapi"]
    for path in ("/redoc", "/docs/oauth2-redirect", "/openapi.json"):
        assert 404 == api.get(f"http://testserver{path}").status_code


def test_samples_have_the_names_that_examples_use():
    assert "cat-chelsea" in {sample.name for sample in SAMPLES}


def test_refusals_are_told_in_the_form_in_which_they_are_sent():
    for name, operation in OPERATIONS.items():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert {"application/problem+json"} == set(answer["content"]), (name, status)


def test_every_reference_leads_somewhere():
    document = create_app(Settings(data_folder="/tmp/convisor-description")).openapi()
    for reference in set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(document))):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
