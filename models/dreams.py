"""Draw what every unit of the network answers to most, and ship it as one sheet a layer: python -m models.dreams

Reads models/catdog.safetensors and its card, writes models/catdog.dreams.zip with the weights' checksum in it;
after new weights it has to be run again, or the pages show no such pictures. It took 18 minutes on two busy cores.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from app.engine.attribution.chain import Chain, chain_of, read_stage
from app.engine.blocks import blocks_of
from app.engine.dreaming import STEPS, Sight, dream, reached, sight_of
from app.engine.dreams import Sheet, dreams_path, save_dreams
from app.engine.network import Network, load
from app.rendering.maps import atlas_grid

FOLDER = Path(__file__).parent
BATCH = 16  # units at a time in a process
QUALITY = 40
EXACT_BELOW = 16  # cells a side: so small a picture is stored without loss


@dataclass(frozen=True)
class Job:
    """Some units of a stage; None stands for the logits."""

    stage: int | None
    units: tuple[int, ...]
    seed: int
    steps: int


def main() -> None:
    """Draw all units of one network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the weights and their card are")
    parser.add_argument("--name", default="catdog")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    network, start = network_of(asked.folder, asked.name), time.monotonic()
    chain, sheets = chain_for(network), []
    spawn = multiprocessing.get_context("spawn")  # a forked torch can wait for ever for threads it has not
    with ProcessPoolExecutor(asked.workers, spawn, initializer=_one_thread) as pool:
        for stage, count in stages(network, chain):
            parts = [tuple(range(first, min(first + BATCH, count))) for first in range(0, count, BATCH)]
            jobs = [Job(stage, units, asked.seed, asked.steps) for units in parts]
            pictures = np.concatenate(list(pool.map(partial(_work, asked.folder, asked.name), jobs)))
            sheets.append(sheet_of(sight_of(chain, stage), pictures, chain.last))
            print(f"stage {sheets[-1].stage}: {count} units, {time.monotonic() - start:.0f} s", flush=True)
    path = dreams_path(asked.folder, asked.name)
    save_dreams(path, network, asked.steps, asked.seed, sheets)
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB")


@cache
def network_of(folder: Path, name: str) -> Network:
    """The network, checked against its card."""
    return load(folder / f"{name}.safetensors", folder / f"{name}.json")


def chain_for(network: Network) -> Chain:
    """The network's chain for the square that it reads."""
    resized = read_stage(network)[0].shapes((3, 256, 256))[-1]
    return chain_of(network, resized)


def stages(network: Network, chain: Chain) -> list[tuple[int | None, int]]:
    """Every learned layer's stage with its number of units, the logits last."""
    blocks = blocks_of(network.stack())
    planes = [
        (block.learned, chain.shapes[block.learned - chain.first][0]) for block in blocks if block.is_plane
    ]
    return [*planes, (None, len(network.outputs))]


def sheet_of(sight: Sight, pictures: NDArray[np.float32], logits: int) -> Sheet:
    """The pictures as they are stored, and what their units answer to them in this form."""
    count, _, rows, cols = pictures.shape
    columns = atlas_grid(count, rows, cols)[0]
    lines = -(-count // columns)
    tiles = np.zeros((lines * columns, rows, cols, 3), np.uint8)
    tiles[:count] = np.rint(255 * pictures.transpose(0, 2, 3, 1))
    pixels = tiles.reshape(lines, columns, rows, cols, 3).transpose(0, 2, 1, 3, 4)
    webp = encoded(pixels.reshape(lines * rows, columns * cols, 3), exact=rows < EXACT_BELOW)
    stored = cut(webp, count, rows, cols, columns)
    answers = [
        reached(sight, stored[first : first + BATCH], range(first, min(first + BATCH, count)))
        for first in range(0, count, BATCH)
    ]
    stage = logits if sight.stage is None else sight.stage
    told = tuple(float(value) for value in np.concatenate(answers))
    return Sheet(stage, rows, cols, columns, (sight.rows, sight.cols), told, webp)


def encoded(pixels: NDArray[np.uint8], exact: bool) -> bytes:
    """A sheet (rows, cols, 3) as WebP."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=QUALITY, method=6, lossless=exact)
    return buffer.getvalue()


def cut(webp: bytes, count: int, rows: int, cols: int, columns: int) -> NDArray[np.float32]:
    """The pictures (count, 3, rows, cols), 0..1, of a stored sheet."""
    sheet = np.asarray(Image.open(io.BytesIO(webp)).convert("RGB"), dtype=np.float32) / 255
    tiles = sheet.reshape(-1, rows, columns, cols, 3).transpose(0, 2, 4, 1, 3)
    return np.ascontiguousarray(tiles.reshape(-1, 3, rows, cols)[:count])


def _one_thread() -> None:
    torch.set_num_threads(1)


def _work(folder: Path, name: str, job: Job) -> NDArray[np.float32]:
    """Runs in a process of its own, which keeps the network that it has read."""
    sight = sight_of(chain_for(network_of(folder, name)), job.stage)
    units: Sequence[int] = job.units
    return dream(sight, units, job.seed + units[0], job.steps)


if __name__ == "__main__":
    main()
