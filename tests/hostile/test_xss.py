"""Scripts in fields, file names, notation and lesson files come back as text, or not at all."""

import json

import pytest
from fastapi.testclient import TestClient
from safetensors.numpy import save

from app.lessons.loader import load_course
from app.main import create_app
from app.settings import Settings
from tests.hostile.answers import check
from tests.hostile.dangerous import API, BREAKS, SCRIPT, dangers
from tests.hostile.disguised import NAMES
from tests.hostile.good_files import whole
from tests.hostile.weights_files import STACK, good

SHOWN = ("/", "/network", "/code", "/sources", "/course/kernels", "/course", "/docs", "/nowhere")
FIELDS = ("stack", "image", "at", "network", "lang", "theme", "plan", "colors", "answer", "size")


def send_back(site, text, paths, fields):
    for path in paths:
        for name in fields:
            asked = {"image": "cat-chelsea", "stack": "relu", name: text}
            for headers in ({"accept": "text/html"}, {"hx-request": "true"}):
                answer = site.get(path, params=asked, headers=headers)
                assert answer.status_code < 500
                assert [] == dangers(answer.text), (path, name)


def test_xss_through_the_fields_that_come_back(site):
    text = " ".join(BREAKS)
    send_back(
        site, text, ("/", "/network", "/docs", "/course/kernels"), ("stack", "image", "network", "lang")
    )
    assert [] == dangers(site.get(f"/{text.replace('/', '')}", headers={"accept": "text/html"}).text)
    drawing = site.get(
        f"{API}/overlays/0/0/1/1.svg", params={"image": "cat-chelsea", "size": 32, "stack": text}
    )
    assert "<script" not in drawing.text


@pytest.mark.hostile
@pytest.mark.parametrize("text", BREAKS)
def test_xss_through_every_field(site, text):
    send_back(site, text, SHOWN, FIELDS)


@pytest.mark.parametrize("name", [*BREAKS, *NAMES])
def test_xss_through_file_names(site, name):
    sent = {"file": (name, save(good()))}
    answer = site.post(
        "/networks", files=sent, data={"stack": STACK, "classes": f"{SCRIPT[:30]}\n{BREAKS[1]}"}
    )
    check(answer)
    if answer.status_code == 303:
        page = site.get(answer.headers["location"], headers={"accept": "text/html"})
        assert 200 == page.status_code
        assert [] == dangers(page.text)
    photo = site.post("/photos", files={"file": (name, whole("PNG"))}, data={"stack": "relu"})
    check(photo)
    if photo.status_code == 303:  # a name that breaks the form, or none at all, is refused
        page = site.get(photo.headers["location"]).text
        assert [] == dangers(page)
        assert len(name) < 9 or name not in page


LESSON = """\
title: TITLE
stack: conv(sobel_x)
lead: TITLE
question:
  text: TITLE
  options:
    - {text: TITLE, says: TITLE, right: true}
    - {text: b, says: TITLE}
sources: [TITLE]
"""


IN_LESSONS = (
    *BREAKS, "$\\text{<script>alert(1)</script>}$", "$\\href{javascript:alert(1)}{x}$", "$\\style{color:red}{x}$",
    "[a](javascript:alert(1))", '[a](/b "{kernel:<b onclick=alert(1)>}")', "{kernel:<img onerror=alert(1)>}",
    "\ue0005\ue001", "$" + "{" * 900 + "$", "![a](data:text/html,b)",
)  # fmt: skip


def test_xss_through_lesson_files(tmp_path):
    (tmp_path / "lessons").mkdir()
    for number, text in enumerate(IN_LESSONS):
        words = LESSON.replace("TITLE", json.dumps(text))
        file = tmp_path / "lessons" / f"bad{number}.md"
        file.write_text(f"---\n{words}---\n{text}\n\n---\n{text}\n", encoding="utf-8")
    program = create_app(Settings(data_folder=tmp_path / "data", lessons_folder=tmp_path / "lessons"))
    with TestClient(program, raise_server_exceptions=False) as client:
        shown = 0
        for path in ("/course", *(f"/course/bad{number}?answer=0" for number in range(len(IN_LESSONS)))):
            page = client.get(path, headers={"accept": "text/html"})
            assert page.status_code in (200, 404)
            assert [] == dangers(page.text), path
            shown += page.status_code == 200
    assert shown > len(IN_LESSONS) // 2


BAD_LESSONS = (
    "", "[]", "a", "title: 1", "title: a\nstack: 5", "title: a\nstack: relu\nsize: abc", "title: a\nstack: relu\ncontrols: 5", "\x00", "a: \x07",
    "title: a\nstack: relu\nat: [1]", "- " * 5000, "[" * 5000, "a: &a [*a]", "title: {en: a}\nstack: relu", "title: a\nstack: 'weights(n" + "0" * 32 + ".a)'",
    "title: !!python/object/apply:os.system ['touch /tmp/convisor-was-here']\nstack: relu", "title: 2001-99-99\nstack: relu", "? {a: b}\n: c",
    "a: &a [b,b,b,b,b,b,b,b,b]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)),
    "title: a\nstack: relu\nquestion: {text: b, options: [{text: a, says: b, right: true, scene: 5}]}", "%YAML 9", "title: a\nstack: relu\nsources: 3",
)  # fmt: skip


@pytest.mark.parametrize("text", BAD_LESSONS)
def test_bad_lesson_files_are_reported_and_left_out(tmp_path, text):
    (tmp_path / "90-bad.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "91-good.yaml").write_text("title: Good\nstack: relu\n", encoding="utf-8")
    course = load_course([tmp_path])

    assert "good" in [lesson.slug for lesson in course.lessons]
    assert 2 == len(course.lessons) + len(course.faults)
