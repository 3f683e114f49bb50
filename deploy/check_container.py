"""What a container of Convisor must do, asked from inside it with the standard library and the image's own Pillow.

`verify_image.sh` and `verify_compose.sh` feed this to `python -` in the running container. Each line printed is
one check; the exit status is 1 when any failed. With the address of a photo as argument, only that it is still
there is checked (a restart must not lose an accepted upload).
"""

import io
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BASE = f"http://127.0.0.1:{os.environ['PORT']}"
STACK = "gray|conv(sobel_x,sobel_y)|relu|maxpool(2)"
READY_SECONDS = 60
failed = []


def check(said: str, holds: bool) -> None:
    """Print one result."""
    print(f"  {'ok  ' if holds else 'FAIL'} {said}", flush=True)
    if not holds:
        failed.append(said)


def ask(path: str, body: bytes | None = None, kind: str = "application/json") -> tuple[int, bytes]:
    """Status and body of a GET, or of a POST of `body`."""
    request = urllib.request.Request(BASE + path, body, {"Content-Type": kind} if body else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # nosec B310  # the container's own address
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def wait_for(path: str, word: str = "") -> float:
    """Seconds until a path answers 200 with `word` in it; infinite when it never does."""
    start = time.monotonic()
    while time.monotonic() - start < READY_SECONDS:
        try:
            status, body = ask(path)
        except OSError:
            status, body = 0, b""
        if status == 200 and f'"{word}"'.encode() * bool(word) in body:
            return time.monotonic() - start
        time.sleep(0.2)
    return float("inf")


def writable(folder: str) -> bool:
    """Whether a file can be written there."""
    probe = Path(folder, ".probe")
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True


def locked_down() -> None:
    """User, privileges, file system, network."""
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    check("runs as uid 1000", os.getuid() == 1000 and os.getgid() == 1000)
    check("has no capability", all(int(status[name], 16) == 0 for name in ("CapEff", "CapPrm", "CapBnd")))
    check("can gain no privilege", status["NoNewPrivs"].strip() == "1")
    closed = [
        folder for folder in ("/", "/etc", "/opt/venv", "/srv/convisor", "/usr", "/var") if writable(folder)
    ]
    check(f"cannot write to its own file system {closed or ''}", not closed)
    check("can write to /data and /tmp", writable("/data") and writable("/tmp"))  # nosec B108  # asked for, not used


def works() -> None:
    """Page, upload, trace, picture, label, deletion of what is refused."""
    from PIL import Image

    photo = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").resize((160, 120)).save(photo, "PNG")
    check("answers /health", wait_for("/health") < READY_SECONDS)
    status, page = ask("/?lang=es")
    check("serves the lab in Spanish", status == 200 and b'lang="es"' in page)
    status, body = ask("/api/v1/images", photo.getvalue(), "image/png")
    check("takes an upload", status == 201)
    image = json.loads(body)["image"]
    check("keeps it in the volume", any(path.is_file() for path in Path("/data").rglob("*")))
    status, body = ask("/api/v1/trace", json.dumps({"image": image, "stack": STACK, "size": 64}).encode())
    shapes = [stage["shape"] for stage in json.loads(body).get("stages", [])] if status == 200 else body
    check(f"traces a stack {shapes}", status == 200 and shapes[-1][0] == 2)
    status, body = ask(f"/api/v1/maps/2/0.png?image={image}&stack=gray|conv(sobel_x,sobel_y)&size=64")
    check("draws a map", status == 200 and Image.open(io.BytesIO(body)).size[0] > 32)
    warm = wait_for("/ready", "warm")
    check(f"has its classifier warm {warm:.0f} s later", warm < READY_SECONDS)
    status, body = ask("/api/v1/classify", json.dumps({"image": image}).encode())
    answer = json.loads(body)
    shares = sum(answer.get("probabilities", {}).values())
    check(f"labels the photo: {answer.get('label')}", status == 200 and abs(shares - 1) < 1e-3)
    status, body = ask("/api/v1/images", b"GIF89a is not one", "image/gif")
    check("refuses a broken file with a reason", status == 422 and b"detail" in body)
    print(f"photo {image}")


if sys.argv[1:]:
    check("still has the photo after a restart", wait_for(f"/api/v1/images/{sys.argv[1]}") < READY_SECONDS)
else:
    locked_down()
    works()
sys.exit(1 if failed else 0)
