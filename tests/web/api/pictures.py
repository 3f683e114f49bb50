"""Pictures made for the tests."""

import io

import numpy as np
from PIL import Image


def picture_bytes(kind: str, rows: int = 30, cols: int = 40, channels: int = 3, seed: int = 0) -> bytes:
    """Noise as a file of the given kind; 4 channels have an alpha of all degrees."""
    pixels = np.random.default_rng(seed).integers(0, 256, (rows, cols, channels), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def jpeg_bytes() -> bytes:
    return picture_bytes("JPEG")
