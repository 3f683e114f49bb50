"""Headers of every answer, compression, HEAD."""

import pytest

PATHS = [
    "/",
    "/docs",
    "/health",
    "/static/css/tokens.css",
    "/api/v1/trace?image=cat-chelsea",
    "/nowhere",
    "/api/v1/maps/9/9.png",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers

    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert "'none'" == policy["default-src"]
    assert "'self'" == policy["script-src"] == policy["style-src"] == policy["connect-src"]
    assert "nosniff" == headers["x-content-type-options"]
    assert headers["referrer-policy"]
    assert "camera=(self)" in headers["permissions-policy"]
    assert "server" not in headers


@pytest.mark.parametrize(
    ("path", "encoding"),
    [
        ("/docs", "gzip"),
        ("/api/v1/layers", "gzip"),
        ("/api/v1/images/cat-chelsea", None),
        ("/api/v1/tensors/0.npy?image=cat-chelsea&size=64", None),
        ("/api/v1/overlays/0/0/1/1.svg?image=cat-chelsea&size=64", None),
    ],
)
def test_text_is_compressed_and_pictures_are_not(client, path, encoding):
    assert encoding == client.get(path, headers={"accept-encoding": "gzip"}).headers.get("content-encoding")


def test_a_compressed_page_is_the_page_and_tells_caches_what_it_depends_on(client):
    plain = client.get("/docs", headers={"accept-encoding": "identity"})
    packed = client.get("/docs", headers={"accept-encoding": "gzip"})
    assert plain.text == packed.text
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert "accept-encoding" in packed.headers["vary"].lower()


@pytest.mark.parametrize("path", ["/", "/health", "/api/v1/images/cat-chelsea", "/api/v1/kernels"])
def test_head_is_get_without_the_body(client, path):
    head, get = client.head(path), client.get(path)

    assert (get.status_code, b"") == (head.status_code, head.content)
    assert get.headers["content-type"] == head.headers["content-type"]


def test_static_files_with_a_version_are_kept_for_ever(client):
    assert "immutable" in client.get("/static/css/tokens.css?v=1").headers["cache-control"]
    assert "no-cache" == client.get("/static/css/tokens.css").headers["cache-control"]
    assert 404 == client.get("/static/../app/main.py").status_code
