"""Real servers that are killed, starved, and kept waiting by slow, idle and vanishing clients (`make hostile`)."""

import contextlib
import os
import resource
import shutil
import socket
import threading
import time
import zlib

import httpx2
import pytest

from app.settings import ROOT
from app.web.patience import HEAD_SECONDS
from tests.hostile.answers import check_sentence
from tests.hostile.good_files import chunk, ihdr, png_of, whole
from tests.hostile.serving import served

pytestmark = [pytest.mark.hostile, pytest.mark.timeout(240)]
API = "/api/v1"
IDLE = 2000


def upload(client):
    return client.post(f"{API}/images", files={"file": ("secret-name.png", whole("PNG"))})


def raw(server, *parts):
    """A connection on which these bytes were sent."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    for part in parts:
        connection.sendall(part)
    return connection


def half_an_upload(server):
    """A connection that stopped in the middle of its file."""
    head = (
        f"POST {API}/images HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 90000\r\n\r\n"
    )
    return raw(server, head.encode(), whole("PNG"))


def test_uploads_that_were_accepted_survive_kill_9(tmp_path):
    accepted, stop = [], threading.Event()
    with served(tmp_path / "data") as server:
        waiting = half_an_upload(server)

        def send():
            with (
                contextlib.suppress(httpx2.TransportError),
                httpx2.Client(base_url=server.address, timeout=10) as client,
            ):
                while not stop.is_set():
                    answer = upload(client)
                    if answer.status_code == 201:
                        accepted.append(answer.json()["image"])

        senders = [threading.Thread(target=send) for _ in range(3)]
        for sender in senders:
            sender.start()
        deadline = time.monotonic() + 30
        while len(accepted) < 12 and time.monotonic() < deadline:
            time.sleep(0.01)
        server.kill()
        stop.set()
        for sender in senders:
            sender.join()
        waiting.close()
    assert len(accepted) >= 12
    (tmp_path / "data" / ".new-of-a-dead-process").write_bytes(b"half a photo")
    with served(tmp_path / "data") as server:
        for image in accepted:
            assert 200 == server.client.get(f"{API}/images/{image}").status_code
        assert 201 == upload(server.client).status_code
        assert [] == [name for name in os.listdir(tmp_path / "data") if name.startswith(".new-")]


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path):
    small = (
        "sh",
        "-c",
        'ulimit -f 40; exec "$@"',
        "sh",
    )  # no file beyond 20 or 40 kB: EFBIG, as a quota gives
    with served(tmp_path / "data", prefix=small) as server:
        kept = upload(server.client)
        assert 201 == kept.status_code
        large = whole("PNG")  # small as a file, large as it is stored
        # small as a file, large as it is stored
        large = png_of(
            ihdr(400, 400, 8, 0), chunk(b"IDAT", zlib.compress(bytes(401 * 400))), chunk(b"IEND", b"")
        )
        answer = server.client.post(f"{API}/images", files={"file": ("a.png", large)})
        assert (503, "store_full") == (answer.status_code, answer.json()["code"])
        check_sentence(answer.json())
        assert 200 == server.client.get(f"{API}/images/{kept.json()['image']}").status_code
        assert server.is_alive()
        assert "Traceback" not in server.log


def test_an_unwritable_folder_is_named_in_the_log(tmp_path):
    (tmp_path / "file").write_text("in the way")
    target = tmp_path / "link"
    target.symlink_to(tmp_path / "file" / "data")
    with served(target) as server:
        answer = upload(server.client)
        assert (503, "store_unwritable") == (answer.status_code, answer.json()["code"])
        assert 503 == server.client.get("/ready").status_code
        assert 200 == server.client.get("/").status_code
        assert "uploads cannot be kept" in server.log


def test_altered_weights_are_named_in_the_log_and_the_lab_works(tmp_path):
    copy = tmp_path / "convisor"
    for part in ("app", "templates", "static"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "models").mkdir()
    for path in (ROOT / "models").glob("catdog.*"):
        shutil.copy(path, copy / "models")
    weights = copy / "models" / "catdog.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    with served(tmp_path / "data", cwd=copy) as server:
        answer = server.client.post(f"{API}/classify", json={"image": "cat-chelsea"})
        assert (503, "no_network") == (answer.status_code, answer.json()["code"])
        assert 200 == server.client.get("/").status_code
        assert 200 == server.client.get("/ready").status_code
        assert "network catdog.safetensors left out" in server.log


def test_slow_clients_are_let_go_and_keep_nobody_waiting(tmp_path):
    with served(tmp_path / "data") as server:
        drips = [raw(server, b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ") for _ in range(100)]
        halves = [half_an_upload(server) for _ in range(20)]
        start = time.monotonic()
        while time.monotonic() - start < HEAD_SECONDS + 3:
            for drip in drips:
                with contextlib.suppress(OSError):
                    drip.send(b"b")
            asked = time.monotonic()
            assert 200 == server.client.get(f"{API}/trace?image=cat-chelsea&stack=relu&size=64").status_code
            assert time.monotonic() - asked < 5
            time.sleep(0.5)
        assert all(is_closed(drip) for drip in drips)
        assert server.is_alive()
        for connection in (*drips, *halves):
            connection.close()
        time.sleep(0.5)
        assert server.is_alive()
        assert "Traceback" not in server.log


def test_a_head_without_end_is_refused(tmp_path):
    with served(tmp_path / "data") as server:
        connection = raw(server, b"GET / HTTP/1.1\r\n")
        with contextlib.suppress(OSError):
            for _ in range(2000):
                connection.sendall(b"X-A: " + b"a" * 1000 + b"\r\n")
        connection.settimeout(5)
        with contextlib.suppress(ConnectionResetError):
            assert b"431" in connection.recv(100)
        connection.close()
        assert server.is_alive()
        assert server.peak_bytes() < 600_000_000


def test_two_thousand_idle_connections(tmp_path):
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < IDLE + 200:
        pytest.skip(f"the system lets a process have {most} connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, IDLE + 200), most))
    try:
        with served(tmp_path / "data") as server:
            before = server.peak_bytes()
            idle = [raw(server) for _ in range(IDLE)]
            kept = upload(server.client)
            assert 201 == kept.status_code
            asked = time.monotonic()
            assert 200 == server.client.get(f"{API}/images/{kept.json()['image']}").status_code
            assert time.monotonic() - asked < 5
            assert server.peak_bytes() - before < 150_000_000
            time.sleep(HEAD_SECONDS + 2)
            assert all(is_closed(connection) for connection in idle)
            assert server.is_alive()
            for connection in idle:
                connection.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))


def test_clients_that_vanish_leave_no_trace(tmp_path):
    with served(tmp_path / "data") as server:
        for _ in range(30):
            half_an_upload(server).close()
            raw(
                server, f"GET {API}/trace?image=cat-chelsea&stack=relu HTTP/1.1\r\nHost: a\r\n\r\n".encode()
            ).close()
        time.sleep(1)
        assert server.is_alive()
        assert "Traceback" not in server.log


def test_neither_uploads_nor_their_names_are_logged(tmp_path):
    with served(tmp_path / "data") as server:
        body = upload(server.client).json()
        image, token = body["image"], body["delete_token"]
        for path in (
            f"{API}/images/{image}",
            f"/?image={image}",
            f"/view/{image}.webp",
            f"{API}/trace?image={image}&stack=relu",
        ):
            assert 200 == server.client.get(path).status_code
        server.client.post(
            "/photos", files={"file": ("secret-name.png", whole("PNG"))}, data={"stack": "relu"}
        )
        server.client.post(f"{API}/classify", files={"file": ("secret-name.png", b"secret-content")})
        server.client.get(f"{API}/images/{image}x")
        server.client.delete(f"{API}/images/{image}", headers={"x-delete-token": "wrong" + token})
        assert (
            204
            == server.client.delete(f"{API}/images/{image}", headers={"x-delete-token": token}).status_code
        )
        log = server.log
        assert "201" in log
        for secret in (image, token, "secret-name", "secret-content"):
            assert secret not in log


def is_closed(connection):
    """Whether the other side has ended it."""
    connection.setblocking(False)
    try:
        while data := connection.recv(4096):
            assert data
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
