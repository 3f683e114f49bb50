"""Running a script as a reader would, and holding its stages against the engine's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from app.code import Framework, write
from app.layers.base import Layer, shape_of
from app.layers.stack import Stack
from tests.layers.drawn import SHELF

NOTHING = Path("nowhere")


def save_shelf(folder: Path) -> Path:
    """The drawn tensors as the file that scripts read; one bias is missing, as files may leave it out."""
    arrays = {}
    for name in SHELF.names():
        learned = SHELF.get(name)
        assert learned is not None
        arrays |= {f"{name[4:]}.weight": learned.weights, f"{name[4:]}.bias": learned.bias}
    save_file(arrays, folder / "net.safetensors")
    return folder / "net.safetensors"


def run(source: str, x: np.ndarray, *files: Path) -> list[np.ndarray]:
    """Execute a script and call its `run`."""
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(source, "script", "exec"), names)
    return names["run"](x, *map(str, files))


def engine(layers: tuple[Layer, ...], x: np.ndarray) -> list[np.ndarray]:
    """The stages as the program computes them."""
    stages = [x]
    for layer in layers:
        stages.append(layer.forward(stages[-1]))
    return stages


def check(framework: Framework, layers: tuple[Layer, ...], x: np.ndarray, *files: Path) -> None:
    """Every stage of the script is the engine's, within 1e-5 of its magnitude."""
    script = write(Stack(layers), framework, shape_of(x))
    found, wanted = run(script.text, x, *files), engine(layers, x)
    assert len(wanted) == len(found)
    for mine, theirs in zip(wanted, found, strict=True):
        assert mine.shape == theirs.shape, script.text
        assert np.float32 == theirs.dtype
        room = 1e-5 * max(1.0, float(np.abs(mine).max()))
        np.testing.assert_allclose(theirs, mine, rtol=0, atol=room, err_msg=script.text)
