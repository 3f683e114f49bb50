"""One test for every way in which a web service is usually attacked; scripts have `test_xss.py`."""

import re

import pytest
from safetensors.numpy import save

from app.settings import ROOT
from tests.hostile.answers import both_languages, check
from tests.hostile.dangerous import API, SCRIPT, dangers, upload
from tests.hostile.good_files import whole
from tests.hostile.weights_files import STACK, good

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
        re.fullmatch(r"[0-9a-f]{32}\.(photo|gone)|\.lock|networks|learnings|counts|class.*", p.name)
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
