"""Arrays as files for other programs: NPY for NumPy, CSV for spreadsheets, both exact."""

from __future__ import annotations

import io
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray


def npy_bytes(array: NDArray[Any]) -> bytes:
    """The array as an NPY file (version 1.0, C order, no pickle)."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def csv_bytes(plane: NDArray[np.float32], decimal: Literal[".", ","] = ".") -> bytes:
    """The plane (rows, cols) as CSV, a line a row; every number is the shortest that reads back the same.

    With a decimal comma the cells are split by ';', as spreadsheets set to Spanish expect.
    """
    separator = ";" if decimal == "," else ","
    text = "".join(separator.join(row) + "\n" for row in plane.astype(np.str_).tolist())
    return (text.replace(".", ",") if decimal == "," else text).encode("ascii")
