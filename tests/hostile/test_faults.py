"""What breaks around the server: it stays up or says why not, and what it accepted is there afterwards.

Here in this process; with real servers, which are killed and kept waiting, in `test_real_faults.py`.
"""

import errno
import json
import logging
import os
import shutil

import pytest
from fastapi.testclient import TestClient
from safetensors.numpy import save

from app.engine.network import Shelf
from app.main import create_app
from app.settings import ROOT, Settings
from tests.hostile.answers import check_sentence
from tests.hostile.good_files import whole
from tests.hostile.weights_files import STACK, good

API = "/api/v1"


def uploaded(client):
    """The name of a photo just stored."""
    answer = client.post(f"{API}/images", files={"file": ("a.png", whole("PNG"))})
    assert 201 == answer.status_code
    return answer.json()["image"]


def refused(answer, status, code):
    assert (status, code) == (answer.status_code, answer.json()["code"]), answer.text
    check_sentence(answer.json())


def garbled(header, **changes):
    """A photo's header of 512 bytes with other values."""
    return json.dumps({**header, **changes}).encode().ljust(512)


DAMAGES = {
    "cut off": lambda data, header: data[:700],
    "empty": lambda data, header: b"",
    "longer": lambda data, header: data + b"1",
    "header of zeros": lambda data, header: bytes(512) + data[512:],
    "header of noise": lambda data, header: b"\xff\xfe{" * 170 + b"12" + data[512:],
    "a list": lambda data, header: b"[1]".ljust(512) + data[512:],
    "width as a text": lambda data, header: garbled(header, width="24") + data[512:],
    "negative sides": lambda data, header: garbled(header, width=-24, height=-18) + data[512:],
    "no end": lambda data, header: garbled(header, expires=None) + data[512:],
    "token as a number": lambda data, header: garbled(header, token_hash=5) + data[512:],
    "a member more": lambda data, header: garbled(header, more=1) + data[512:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_photo_is_unknown_and_the_others_are_there(site, program, damage):
    image, other = uploaded(site), uploaded(site)
    path = program.state.services.store.files.path(image)
    data = path.read_bytes()
    path.write_bytes(DAMAGES[damage](data, json.loads(data[:512])))

    refused(site.get(f"{API}/images/{image}"), 404, "photo_unknown")
    refused(site.get(f"{API}/trace?image={image}&stack=relu"), 404, "photo_unknown")
    refused(site.delete(f"{API}/images/{image}", headers={"x-delete-token": "x"}), 404, "photo_unknown")
    assert 404 == site.get(f"/?image={image}").status_code
    assert 200 == site.get(f"{API}/images/{other}").status_code


def test_something_else_in_a_photos_place_is_told(site, program):
    image = uploaded(site)
    path = program.state.services.store.files.path(image)
    path.unlink()
    path.mkdir()

    refused(site.get(f"{API}/images/{image}"), 503, "store_unreadable")
    path.rmdir()


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[]", b'{"classes": 5}', b"\xff", b'{"classes": [], "length": "1"}', b"null"]
)
def test_a_damaged_network_is_unknown(site, program, line):
    sent = {"file": ("a.safetensors", save(good()))}
    answer = site.post(f"{API}/networks", files=sent, data={"stack": STACK})
    assert 201 == answer.status_code
    name = answer.json()["name"]
    path = program.state.services.own.store.files.path(name)
    path.write_bytes(line + b"\n" + path.read_bytes().partition(b"\n")[2])

    refused(site.get(f"{API}/networks/{name}"), 404, "own_network_unknown")


def test_a_network_whose_numbers_are_damaged_is_said_to_be(site, program):
    sent = {"file": ("a.safetensors", save(good()))}
    name = site.post(f"{API}/networks", files=sent, data={"stack": STACK}).json()["name"]
    path = program.state.services.own.store.files.path(name)
    start, mark, weights = path.read_bytes().partition(b"\n")
    path.write_bytes(start + mark + b"\xff" * len(weights))
    program.state.services.traces.discard(lambda key: True)

    answer = site.post(f"{API}/classify", json={"image": "cat-chelsea", "network": name})
    assert answer.status_code in (415, 422)
    check_sentence(answer.json())


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "store_full"), (errno.EDQUOT, "store_full"), (errno.EROFS, "store_unwritable")],
)
@pytest.mark.parametrize("call", ["open", "replace", "utime"])
def test_a_disk_that_takes_no_more_is_told_wherever_it_fails(site, program, monkeypatch, number, code, call):
    kept = uploaded(site)

    def failing(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(f"app.store.kept_files.os.{call}", failing)
        answer = site.post(f"{API}/images", files={"file": ("a.png", whole("PNG"))})
    refused(answer, 503, code)
    assert answer.headers["retry-after"]
    assert 200 == site.get(f"{API}/images/{kept}").status_code
    assert uploaded(site)


def test_a_sweep_that_fails_ends_nothing(program, site, monkeypatch, caplog):
    def failing(*args):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr("app.store.kept_files.os.scandir", failing)
        program.state.services.store.sweep()
    assert "expired uploads stay" in caplog.text
    assert uploaded(site)


def test_a_folder_that_cannot_be_made_leaves_everything_else(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    program = create_app(Settings(data_folder=tmp_path / "file" / "data"))
    with TestClient(program, raise_server_exceptions=False) as client:
        refused(
            client.post(f"{API}/images", files={"file": ("a.png", whole("PNG"))}), 503, "store_unwritable"
        )
        ready = client.get("/ready")
        assert (503, "not writable") == (ready.status_code, ready.json()["store"])
        assert 200 == client.get("/").status_code
        assert 200 == client.get(f"{API}/trace?image=cat-chelsea&stack=relu").status_code
        assert 404 == client.get(f"{API}/images/{'a' * 32}").status_code
    assert "uploads cannot be kept" in caplog.text


def test_a_folder_removed_while_serving_is_made_again(tmp_path):
    program = create_app(Settings(data_folder=tmp_path / "data"))
    with TestClient(program) as client:
        shutil.rmtree(tmp_path / "data", ignore_errors=True)  # a sweep may be making it again meanwhile
        assert 200 == client.get(f"{API}/images/{uploaded(client)}").status_code


def altered(folder, what):
    """The shipped networks with one thing wrong."""
    for path in (ROOT / "models").glob("catdog.*"):
        shutil.copy(path, folder)
    weights, card = folder / "catdog.safetensors", folder / "catdog.json"
    data = bytearray(weights.read_bytes())
    if what == "one bit":
        data[-1] ^= 1
        weights.write_bytes(data)
    elif what == "cut off":
        weights.write_bytes(data[:5000])
    elif what == "no card":
        card.unlink()
    elif what == "card of noise":
        card.write_bytes(b"\xff\xfe\x00{")
    elif what == "card of a list":
        card.write_text("[]")
    elif what == "card without checksum":
        card.write_text("{}")
    else:
        weights.unlink()
    return folder


ALTERED = (
    "one bit",
    "cut off",
    "no card",
    "card of noise",
    "card of a list",
    "card without checksum",
    "no weights",
)


@pytest.mark.parametrize("what", ALTERED)
def test_altered_weights_are_left_out_and_named(tmp_path, caplog, what):
    with caplog.at_level(logging.ERROR):
        assert {} == Shelf(altered(tmp_path, what))().loaded
    assert ("catdog.safetensors" in caplog.text) == (what != "no weights")


@pytest.mark.parametrize("language", ["en", "es"])
def test_without_weights_the_label_alone_is_missing(tmp_path, monkeypatch, language):
    program = create_app(Settings(data_folder=tmp_path / "data"))
    monkeypatch.setattr(program.state.services.shelf, "_folder", altered(tmp_path, "one bit"))
    monkeypatch.setattr(program.state.services.shelf, "_networks", None)
    with TestClient(program, raise_server_exceptions=False, headers={"accept-language": language}) as client:
        refused(client.post(f"{API}/classify", json={"image": "cat-chelsea"}), 503, "no_network")
        assert 200 == client.get("/?stack=conv(sobel_x)").status_code
        assert client.get("/network").status_code in (200, 503)
        assert 200 == client.get("/course").status_code
        assert 200 == client.get("/ready").status_code
