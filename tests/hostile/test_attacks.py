"""One test for every way in which a web service is usually attacked."""

import json
import re
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from safetensors.numpy import save

from app.lessons.loader import load_course
from app.main import create_app
from app.settings import ROOT, Settings
from tests.hostile.answers import both_languages, check
from tests.hostile.disguised import NAMES
from tests.hostile.good_files import whole
from tests.hostile.weights_files import STACK, good

API = "/api/v1"
PAGES = (
    "/",
    "/sources",
    "/network",
    "/course",
    "/course/kernels",
    "/course/misconceptions",
    "/glossary",
    "/about",
    "/docs",
    "/code",
    "/nowhere",
)
SCRIPT = "<script>alert(1)</script>"
BREAKS = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}",
    "&lt;b&gt;",
)


class Danger(HTMLParser):
    """Collects what a browser would run or fetch from elsewhere in a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "script" and not (
            values.get("src", "").startswith("/static/") or values.get("type") == "application/json"
        ):
            self.found.append(self.get_starttag_text())
        if tag in ("iframe", "object", "embed", "base", "style"):
            self.found.append(self.get_starttag_text())
        for name, value in attributes:
            leads = name in (
                "href",
                "src",
                "action",
                "formaction",
                "xlink:href",
                "data",
                "poster",
                "hx-get",
                "hx-post",
            )
            if (
                name.startswith("on")
                or name == "style"
                or (leads and re.match(r"\s*(javascript|data:text|vbscript)", value or "", re.I))
            ):
                self.found.append(self.get_starttag_text())


def dangers(html):
    parser = Danger()
    parser.feed(html)
    return parser.found


def upload(site, name="a.png", **headers):
    return site.post(f"{API}/images", files={"file": (name, whole("PNG"))}, headers=headers)


WAYS_UP = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd", "/etc/passwd",
    "..\\..\\etc\\passwd", "%252e%252e%252fetc%252fpasswd", "%c0%ae%c0%ae/etc/passwd", "a%00.png", "../convisor/app/settings.py",
    "file:///etc/passwd", ".lock", "..", "%2e%2e", "//etc/passwd",
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS_UP)
def test_path_traversal(site, program, way):
    folder = program.state.services.settings.data_folder
    (folder.parent / "outside.photo").write_bytes(b"secret")
    for path in (f"{API}/images/{way}", f"/static/{way}", f"/view/{way}.webp", f"/samples/{way}/thumb.webp", f"/course/{way}",
                 f"{API}/networks/{way}", f"{API}/kernels/{way}", f"/static/css/{way}", f"{API}/images/../outside"):  # fmt: skip
        answer = site.get(path)
        assert answer.status_code >= 400 or b"root:" not in answer.content
        assert b"secret" not in answer.content
        assert b"root:x:" not in answer.content
        assert b"BaseSettings" not in answer.content
    for query in (
        {"image": way},
        {"image": "cat-chelsea", "stack": f"weights({way})"},
        {"image": f"pattern({way})"},
    ):
        check(site.get(f"{API}/trace", params=query))
    check(upload(site, name=way))
    assert (folder.parent / "outside.photo").exists()
    assert all(
        re.fullmatch(r"[0-9a-f]{32}\.(photo|gone)|\.lock|networks|learnings|counts", p.name)
        for p in folder.iterdir()
    )


def test_names_cannot_be_guessed(site):
    first, second = (upload(site).json() for _ in range(2))

    assert re.fullmatch(r"[0-9a-f]{32}", first["image"])  # 128 bits of the system's randomness
    assert bin(int(first["image"], 16) ^ int(second["image"], 16)).count("1") > 30  # nothing is counted up
    neighbours = [f"{(int(first['image'], 16) + step) % 2**128:032x}" for step in (-1, 1)]
    for guess in (
        *neighbours,
        first["image"][:31],
        first["image"] + "0",
        first["image"].upper(),
        "*",
        "a" * 32,
    ):
        assert site.get(f"{API}/images/{guess}").status_code in (404, 405, 422)
    told = {site.get(f"{API}/images/{guess}").json()["detail"] for guess in ("0" * 32, "f" * 32)}
    assert 1 == len(told)
    for path in (f"{API}/samples", f"{API}/networks", "/metrics", "/health", "/ready", "/", "/sources"):
        assert first["image"] not in site.get(path).text


def test_only_the_owner_deletes(site):
    mine, yours = (upload(site).json() for _ in range(2))
    for token in (
        "",
        "x",
        mine["delete_token"][:-1],
        yours["delete_token"],
        mine["delete_token"] + "x",
        "é",
        "a" * 201,
    ):
        answer = site.delete(f"{API}/images/{mine['image']}", headers={"x-delete-token": token.encode()})
        assert answer.status_code in (403, 422)
    assert 200 == site.get(f"{API}/images/{mine['image']}").status_code
    assert (
        204
        == site.delete(
            f"{API}/images/{mine['image']}", headers={"x-delete-token": mine["delete_token"]}
        ).status_code
    )
    assert 200 == site.get(f"{API}/images/{yours['image']}").status_code


@pytest.mark.parametrize(
    "break_", ["\r\nX-Bad: 1", "\nSet-Cookie: a=b", "%0d%0aX-Bad: 1", "\u560d\u560aX-Bad: 1", "\x00", "\x0b"]
)
def test_header_injection(site, break_):
    for send in (
        lambda: site.get("/", params={"image": break_, "stack": break_, "lang": break_, "theme": break_}),
        lambda: site.get(
            "/edit", params={"stack": "relu", "image": f"cat-chelsea{break_}", "add": "relu", "lang": break_}
        ),
        lambda: site.get("/course/kernels", params={"layer": "1", "set.size": "3", "image": break_}),
        lambda: site.post(
            "/photos",
            files={"file": ("a.png", whole("PNG"))},
            data={"stack": break_, "then": f"network{break_}", "network": break_},
        ),
        lambda: site.get(f"{API}/code", params={"stack": "relu", "framework": break_}),
        lambda: upload(site, name=f"a{break_}.png"),
    ):
        answer = send()
        assert answer.status_code < 500
        assert "x-bad" not in answer.headers
        assert "a=b" not in answer.headers.get("set-cookie", "")
        assert not any("\r" in value or "\n" in value for value in answer.headers.values())


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


FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
)
OWN = ({"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"origin": "http://testserver"}, {},
       {"origin": "http://class.example", "x-forwarded-host": "class.example"})  # fmt: skip


@pytest.mark.parametrize("headers", FOREIGN)
def test_csrf(site, headers):
    mine = upload(site).json()
    for send in (
        lambda **more: upload(site, **headers, **more),
        lambda **more: site.post(
            "/photos", files={"file": ("a.png", whole("PNG"))}, headers={**headers, **more}
        ),
        lambda **more: site.post(
            "/network/delete", data={"network": "n" + "0" * 32}, headers={**headers, **more}
        ),
        lambda **more: site.post(
            "/networks",
            files={"file": ("a", save(good()))},
            data={"stack": STACK},
            headers={**headers, **more},
        ),
        lambda **more: site.post(
            f"{API}/classify", json={"image": "cat-chelsea"}, headers={**headers, **more}
        ),
        lambda **more: site.delete(
            f"{API}/images/{mine['image']}",
            headers={**headers, "x-delete-token": mine["delete_token"], **more},
        ),
    ):
        answer = send()
        assert (403, "cross_site") == (answer.status_code, answer.json()["code"])
        both_languages(lambda language, send=send: send(**{"accept-language": language}))
    assert 200 == site.get(f"{API}/images/{mine['image']}", headers=headers).status_code
    preflight = site.options(
        f"{API}/classify", headers={"origin": "http://evil.example", "access-control-request-method": "POST"}
    )
    assert not [name for name in preflight.headers if name.startswith("access-control")]


@pytest.mark.parametrize("headers", OWN)
def test_own_pages_and_programs_may_send(site, headers):
    assert 201 == upload(site, **headers).status_code


def test_the_delete_cookie_goes_to_no_other_site_and_no_script(site):
    answer = site.post("/networks", files={"file": ("a", save(good()))}, data={"stack": STACK})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/network" in cookie


@pytest.mark.parametrize(
    "path", [*PAGES, f"{API}/overlays/0/0/1/1.svg?image=cat-chelsea&size=32", f"{API}/trace?image=nobody"]
)
def test_clickjacking(site, path):
    for headers in ({"accept": "text/html"}, {"hx-request": "true"}):
        policy = site.get(path, headers=headers).headers["content-security-policy"]
        assert re.search(r"frame-ancestors '(self|none)'", policy)
        assert "form-action 'self'" in policy
        assert "base-uri 'none'" in policy


def test_one_users_pages_are_never_anothers(site):
    """What depends on a cookie, a language or htmx says so; what shows an upload stays in its owner's browser."""
    for path in PAGES:
        dark = site.get(path, headers={"cookie": "theme=dark", "accept": "text/html"})
        light = site.get(path, headers={"cookie": "theme=light", "accept": "text/html"})
        if dark.text == light.text:
            continue
        assert "cookie" in dark.headers["vary"].lower() or "no-store" in dark.headers["cache-control"], path
        assert re.search("private|no-store", dark.headers["cache-control"]), path
    image = upload(site).json()["image"]
    for path in (f"/?image={image}", f"{API}/images/{image}", f"/view/{image}.webp", f"{API}/maps/0/0.png?image={image}&size=32",
                 f"{API}/trace?image={image}&size=32", f"{API}/cells.png?image={image}&size=32", f"/network?image={image}",
                 f"{API}/tensors/0.npy?image={image}&size=32", f"{API}/attribution.png?image={image}"):  # fmt: skip
        kept = site.get(path).headers["cache-control"]
        assert "public" not in kept, path
        assert re.search("private|no-store|no-cache", kept), path
    poisoned = site.get(
        "/docs",
        headers={"host": "evil.example", "x-forwarded-host": SCRIPT, "x-forwarded-proto": "javascript"},
    )
    assert [] == dangers(poisoned.text)
    assert "public" not in poisoned.headers.get("cache-control", "private")
    assert "evil.example" not in site.get("/docs").text


def test_what_a_deleted_photo_left_in_the_caches_is_gone(site):
    body = upload(site).json()
    image = body["image"]
    paths = [f"{API}/images/{image}", f"{API}/maps/0/0.png?image={image}&size=32", f"/view/{image}.webp"]
    tags = [site.get(path).headers.get("etag", "x") for path in paths]
    assert (
        204
        == site.delete(f"{API}/images/{image}", headers={"x-delete-token": body["delete_token"]}).status_code
    )
    for path, tag in zip(paths, tags, strict=True):
        for asked in ({}, {"if-none-match": tag}, {"if-none-match": "*"}):
            assert 404 == site.get(path, headers=asked).status_code


def test_nothing_of_the_program_lies_under_its_addresses(site):
    for path in (
        "/.git/config",
        "/app/main.py",
        "/pyproject.toml",
        "/.env",
        "/models/catdog.safetensors",
        "/var/",
        "/static/",
        "/templates/base.html",
    ):
        assert site.get(path).status_code in (404, 405)
    assert (ROOT / "pyproject.toml").exists()
