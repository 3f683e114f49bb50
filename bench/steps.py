"""What a user's steps cost over HTTP, as ratios to the floor on the same core in the same turns.

512 x 512 RGB, five layers: gaussian, sobel_x, relu, maxpool(2), laplacian4. The floor (`bench.floor`) does nothing
but that, each step the fastest known way. "The plain way" is torch's conv2d with Pillow's PNG, in this process.
"""

from __future__ import annotations

import io
import json
import os
import re
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from app.explorer import Scene, Shade
from app.main import create_app
from app.settings import Settings
from app.store.samples import read_sample
from bench.asking import IMAGE, get, medians, prefix, scene, send
from bench.server import FLOOR, Serving, served

TURNS = 60
HEAVY_TURNS = 12
STACK = "conv(gaussian,sigma={sigma:g})|conv(sobel_x)|relu|maxpool(2)|conv(laplacian4)"
LAST = "conv(gaussian)|conv(sobel_x)|relu|maxpool(2)|conv(laplacian4,bias={bias:g})"
PART = {"HX-Request": "true"}
SHEET = re.compile(r'"(/api/v1/maps/\d+\.png[^"]*)"')


def measure() -> dict[str, float]:
    """Milliseconds of each step."""
    core = min(os.sched_getaffinity(0))
    with served(*FLOOR, core=core) as floor, served(core=core) as ours:
        found = _moves(floor, ours) | _others(ours)
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    torch.set_num_threads(1)
    try:
        return found | medians({"plain": PlainWay().move}, HEAVY_TURNS) | _inside()
    finally:
        os.sched_setaffinity(0, allowed)


def _moves(floor: Serving, ours: Serving) -> dict[str, float]:
    """Sliders, each time at a value that nobody asked for before."""

    def maps(stack: str, first: int = 1) -> None:
        for stage in range(first, 6):
            get(ours.connection, f"/api/v1/maps/{stage}/0.png?{scene(prefix(stack, stage))}")

    def stack(number: int, start: float) -> str:
        return STACK.format(sigma=start + number / 1000)

    def five(number: int) -> None:
        for stage in range(1, 6):
            get(floor.connection, f"/{stage}?sigma={1 + number / 1000:g}")

    return medians(
        {
            "floor": five,
            "maps": lambda number: maps(stack(number, 1)),
            "page": lambda number: get(ours.connection, f"/?{scene(stack(number, 2))}", PART),
            "page_64": lambda number: get(ours.connection, f"/?{scene(stack(number, 2), 64, 'crop')}", PART),
            "last": lambda number: maps(LAST.format(bias=(1 + number) / 1000), 5),
            "whole_page": lambda number: get(ours.connection, f"/?{scene(stack(number, 3))}"),
            "field": lambda number: get(
                ours.connection, f"/?{scene(stack(0, 1))}&cell=5.0.{number}.{2 * number}", PART
            ),
        },
        TURNS,
    )


def _others(ours: Serving) -> dict[str, float]:
    """An upload, a label, and the network's view of a new photo with all its maps."""
    photos = [_jpeg(shift) for shift in range(64)]

    def upload(number: int) -> str:
        headers = {"Content-Type": "image/jpeg"}
        body = photos[number % len(photos)]
        return str(json.loads(send(ours.connection, "POST", "/api/v1/images", body, headers))["image"])

    def network(number: int) -> None:
        image = upload(number)
        get(ours.connection, f"/network?image={image}")
        data = get(ours.connection, f"/network/data.json?image={image}").decode()
        for sheet in dict.fromkeys(SHEET.findall(data)):
            get(ours.connection, sheet)

    def classify(number: int) -> None:
        body = json.dumps({"image": uploaded[number]}).encode()
        send(ours.connection, "POST", "/api/v1/classify", body, {"Content-Type": "application/json"})

    uploaded: dict[int, str] = {}

    def keep(number: int) -> None:
        uploaded[number] = upload(number)

    return medians({"upload": keep, "classify": classify, "network": network}, HEAVY_TURNS)


def _inside() -> dict[str, float]:
    """The work of a moved slider without any server: every layer's map, and the last layer's alone."""
    with tempfile.TemporaryDirectory() as folder:
        explorer = create_app(Settings(data_folder=Path(folder))).state.services.explorer

        def maps(stack: str, first: int) -> None:
            for stage in range(first, 6):
                scene = Scene(IMAGE, prefix(stack, stage), 512, "keep")
                explorer.map_picture(scene, stage, 0, Shade("auto", "map"), 0)

        return medians(
            {
                "inside": lambda number: maps(STACK.format(sigma=1 + number / 1000), 1),
                "inside_last": lambda number: maps(LAST.format(bias=(1 + number) / 1000), 5),
            },
            TURNS,
        )


def _jpeg(shift: int) -> bytes:
    """The sample as a camera's file, moved so that no two are the same."""
    out = io.BytesIO()
    Image.fromarray(np.roll(read_sample(IMAGE), shift, axis=1)).save(out, "JPEG", quality=90)
    return out.getvalue()


class PlainWay:
    """The same five stages as most people would write them."""

    def __init__(self) -> None:
        self._photo = torch.tensor(read_sample(IMAGE)).permute(2, 0, 1).float()[None] / 255

    def move(self, number: int) -> list[bytes]:
        """The pictures of the five stages."""
        conv, photo = torch.nn.functional.conv2d, self._photo
        reach = torch.arange(-2, 3) / (1 + number / 1000)
        line = torch.exp(-(reach**2) / 2)
        bell = torch.outer(line, line) / line.sum() ** 2
        ramp = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
        cross = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
        with torch.inference_mode():
            blurred = conv(photo, bell.expand(3, 1, 5, 5), groups=3)
            edges = conv(blurred, ramp.expand(3, 1, 3, 3), groups=3)
            kept = torch.relu(edges)
            pooled = torch.nn.functional.max_pool2d(kept, 2)
            curved = conv(pooled, cross.expand(3, 1, 3, 3), groups=3)
        return [_png(maps[0, 0]) for maps in (blurred, edges, kept, pooled, curved)]


def _png(plane: torch.Tensor) -> bytes:
    low, high = plane.min(), plane.max()
    out = io.BytesIO()
    Image.fromarray((255 * (plane - low) / (high - low)).byte().numpy()).save(out, "PNG")
    return out.getvalue()
