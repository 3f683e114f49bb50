"""A class at work: pupils who each move a slider every few seconds, as their browsers would ask for it.

How long a whole move takes, for both classes of `CLASSES`: from the requests for the page's part and for the moved
map's own picture to the last byte of the last picture that the browser did not have yet. The load comes from the
same machine: its own share of the processor is printed too. wrk and locust cannot read the pictures' addresses
out of the part, so they measure single requests; `python -m bench.load --wrk` has wrk ask for the same parts.
With `--fine` the pupils' screens have two or more pixels a CSS pixel and ask for large maps in full.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote

from bench.server import served

SECONDS = float(os.environ.get("SECONDS", "30"))
WARMING = 15  # seconds for the classifier
LANES = 6  # connections that a browser opens to one host
IMAGE = "person-astronaut"
STACK = "conv(gaussian,sigma={sigma:.5g})|conv(sobel_x)|relu|maxpool(2)|conv(laplacian4)"
PICTURE = re.compile(rb'<(?:img|image) (?:src|href)="(/api/v1/(?:maps|cells)[^"]*?\.png[^"]*)"[^>]*>')
FINE = re.compile(
    rb'<source [^>]*srcset="(/api/v1/maps[^"]*)"'
)  # asked for by finer screens than a projector's
SHARED_ONCE = re.compile(r"^Pss: +(\d+) kB", re.MULTILINE)
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


Lane = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Class:
    """So many pupils, each moving every `pause` seconds, on photos of `size` cells a side."""

    pupils: int
    pause: float
    size: int
    fit: str

    def query(self, sigma: float) -> str:
        """The scene after a move to sigma."""
        return f"image={IMAGE}&stack={quote(STACK.format(sigma=sigma))}&size={self.size}&fit={self.fit}"


CLASSES = (Class(30, 1.0, 512, "keep"), Class(300, 5.0, 64, "crop"))


@dataclass
class Outcome:
    """What a run showed: seconds of each move, requests, answers that were no 200."""

    moves: list[float] = field(default_factory=list)
    requests: int = 0
    refused: int = 0
    late: int = 0  # moves that began late because the one before had not ended


class Browser:
    """One pupil's browser: a few open connections, and a memory of the pictures it has."""

    def __init__(self, port: int, outcome: Outcome, fine: bool) -> None:
        self._port = port
        self._fine = fine
        self._outcome = outcome
        self._free: asyncio.LifoQueue[Lane | None] = asyncio.LifoQueue()
        for _ in range(LANES):
            self._free.put_nowait(None)
        self._seen: set[bytes] = set()

    async def move(self, query: str, moved: str = "") -> None:
        """Ask for the page's part and the moved map, then at once for every picture that is not known yet."""
        asked = [self._get(f"/?{query}", "HX-Request: true\r\nAccept-Encoding: gzip\r\n")]
        if moved:
            asked.append(self._get(f"/edit/map.png?{query}{moved}"))
        part = (await asyncio.gather(*asked))[0]
        found = {address.replace(b"&amp;", b"&") for address in self._pictures(part)} - self._seen
        self._seen |= found
        await asyncio.gather(
            *(self._get(quote(address.decode(), safe="/?&=(),|.;:~-[]%")) for address in found)
        )

    def _pictures(self, part: bytes) -> Iterator[bytes]:
        """What the browser asks for at once: not the strip of the maps, which only phones show."""
        for found in PICTURE.finditer(part):
            if b'loading="lazy"' not in found[0]:
                yield found[1]
        if self._fine:
            yield from FINE.findall(part)

    async def close(self) -> None:
        """Leave."""
        while not self._free.empty():
            if lane := self._free.get_nowait():
                lane[1].close()

    async def _get(self, path: str, headers: str = "") -> bytes:
        lane = await self._free.get()
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()
        try:
            try:
                lane, head, body = await self._exchange(lane, request)
            except (OSError, asyncio.IncompleteReadError):
                if lane is None:
                    raise
                lane, head, body = await self._exchange(None, request)  # the server had closed it meanwhile
        except (OSError, asyncio.IncompleteReadError):
            lane = None
            self._outcome.refused += 1
            return b""
        finally:
            self._free.put_nowait(lane)
        self._outcome.requests += 1
        if b" 200 " not in head[:16]:
            self._outcome.refused += 1
            return b""
        return zlib.decompress(body, 31) if b"content-encoding: gzip" in head.lower() else body

    async def _exchange(self, lane: Lane | None, request: bytes) -> tuple[Lane, bytes, bytes]:
        """A request over an open connection or a new one: the connection, the answer's head and body."""
        lane = lane or await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = lane
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length is None:
            raise RuntimeError(f"an answer without a length: {head[:200]!r}")
        return lane, head, await reader.readexactly(int(length[1]))


async def pupil(number: int, room: Class, port: int, end: float, outcome: Outcome) -> None:
    """Open the page, then move in one's own rhythm until the end; the first look is not counted."""
    draw = random.Random(number)  # nosec B311  # a rhythm, no secret
    browser = Browser(port, outcome, "--fine" in sys.argv)
    await asyncio.sleep(room.pause * draw.random())
    await browser.move(room.query(1 + draw.random()))
    turn = time.monotonic() + room.pause * (0.5 + draw.random())
    while turn < end:
        if (wait := turn - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        else:
            outcome.late += 1
        start = time.monotonic()
        sigma = 0.5 + 4 * draw.random()
        await browser.move(room.query(sigma), f"&layer=1&set.sigma={sigma:.5g}&channel=0&side=170")
        outcome.moves.append(time.monotonic() - start)
        turn = max(
            turn + room.pause * (0.5 + draw.random()), time.monotonic()
        )  # nobody keeps time like a clock
    await browser.close()


async def lesson(room: Class, port: int) -> Outcome:
    """All pupils side by side."""
    outcome = Outcome()
    end = time.monotonic() + SECONDS + room.pause
    await asyncio.gather(*(pupil(number, room, port, end, outcome) for number in range(room.pupils)))
    return outcome


def processes(pid: int) -> list[int]:
    """A server's process and its workers."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in processes(int(child)))]


def used(pid: int) -> tuple[float, float]:
    """(processor seconds, resident megabytes) of a server with its workers; what they share counts once."""
    tick = os.sysconf("SC_CLK_TCK")
    seconds = megabytes = 0.0
    for process in processes(pid):
        numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(numbers[11]) + int(numbers[12])) / tick
        megabytes += (
            int(SHARED_ONCE.findall(Path(f"/proc/{process}/smaps_rollup").read_text())[0]) * 1024 / 1e6
        )
    return seconds, megabytes


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


@dataclass(frozen=True)
class Lesson:
    """What a class met: milliseconds of its moves, counts, the server's cores, the load's own, megabytes."""

    moves: int
    median: float
    p95: float
    longest: float
    requests: int
    refused: int
    late: int
    cores: float
    load: float
    idle_mb: float
    after_mb: float


def lesson_of(room: Class, workers: int) -> Lesson:
    """Serve with so many workers and hold a class."""
    with served(CONVISOR_WORKERS=str(workers)) as ours:
        time.sleep(WARMING)
        idle = used(ours.pid)[1]
        before, own, start = used(ours.pid)[0], time.process_time(), time.monotonic()
        outcome = asyncio.run(lesson(room, ours.port))
        seconds = time.monotonic() - start
        spent, resident = used(ours.pid)
    median, slow, longest = (1000 * percentile(outcome.moves, share) for share in (0.5, 0.95, 1.0))
    cores, load = (spent - before) / seconds, (time.process_time() - own) / seconds
    counts = len(outcome.moves), outcome.requests, outcome.refused, outcome.late
    return Lesson(counts[0], median, slow, longest, *counts[1:], cores, load, idle, resident)


def measure() -> list[dict[str, float]]:
    """Both classes, with one and with two workers."""
    return [
        {"pupils": room.pupils, "pause": room.pause, "size": room.size, "workers": workers}
        | asdict(lesson_of(room, workers))
        for room in CLASSES
        for workers in (1, 2)
    ]


def by_wrk(room: Class, workers: int) -> None:
    """Have wrk ask for the parts alone, each with a sigma of its own, and print what it says."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed (Debian: apt install wrk)")
    path = f"/?{room.query(5.555)}"
    script = f"""
        function delay() return math.random(0, {2000 * room.pause:.0f}) end
        function request()
          local path = string.gsub('{path}', '5.555', string.format('%.4f', 0.5 + 4 * math.random()))
          return wrk.format('GET', path, {{['HX-Request'] = 'true', ['Accept-Encoding'] = 'gzip'}})
        end"""
    with (
        served(CONVISOR_WORKERS=str(workers)) as ours,
        tempfile.NamedTemporaryFile("w", suffix=".lua") as lua,
    ):
        time.sleep(WARMING)
        lua.write(script)
        lua.flush()
        command = ["wrk", "-t1", f"-c{room.pupils}", f"-d{SECONDS:.0f}s", "--latency", "-s", lua.name]
        address = f"http://127.0.0.1:{ours.port}"
        told = subprocess.run([*command, address], check=True, capture_output=True, text=True).stdout
    print(f"{room}, {workers} worker(s)\n{told}", flush=True)
    if "Non-2xx" in told and workers > 1:
        raise SystemExit("answers were refused: see the line Non-2xx")


def main() -> None:
    """Both classes, with one and with two workers: a line each."""
    for room in CLASSES:
        for workers in (1, 2):
            if "--wrk" in sys.argv:
                by_wrk(room, workers)
                continue
            found = {name: round(value, 2) for name, value in asdict(lesson_of(room, workers)).items()}
            print(f"{room}, {workers} worker(s): {found}", flush=True)


if __name__ == "__main__":
    main()
