"""What a user's photo may suffer, each by a code; the card says how much it costs on the validation pictures."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Spoil = Callable[[np.ndarray], np.ndarray]

NOISE = 0.08 * 255.0  # deviation of the noise, in steps of 8 bits


def turned(picture: np.ndarray, degrees: float) -> np.ndarray:
    """Turn counter-clockwise about the middle; the border mirrors, so that no black corner gives it away."""
    rows, cols = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((cols - 1) / 2.0, (rows - 1) / 2.0), degrees, 1.0)
    return cv2.warpAffine(
        picture, matrix, (cols, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )


def noisy(picture: np.ndarray) -> np.ndarray:
    """Add normal noise of 8 % of the range; the same for the same picture."""
    rng = np.random.default_rng(int(picture.sum()))
    return np.clip(picture + rng.normal(0.0, NOISE, picture.shape), 0, 255).astype(np.uint8)


def through_jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    """Encode and decode as JPEG."""
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(encoded, cv2.IMREAD_COLOR)


def without_colour(picture: np.ndarray) -> np.ndarray:
    """Keep the lightness alone."""
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)


def brighter(picture: np.ndarray) -> np.ndarray:
    """Half as bright again; what is beyond white stays white."""
    return np.clip(picture * 1.5, 0, 255).astype(np.uint8)


def made_small(picture: np.ndarray) -> np.ndarray:
    """Shrink to half the side; the rest is its mirror image."""
    rows, cols = picture.shape[:2]
    wide = cv2.copyMakeBorder(picture, rows // 2, rows // 2, cols // 2, cols // 2, cv2.BORDER_REFLECT_101)
    return cv2.resize(wide, (cols, rows), interpolation=cv2.INTER_AREA)


SPOILED: dict[str, Spoil] = {
    "blur": lambda picture: cv2.GaussianBlur(picture, (0, 0), 2.0),  # sigma 2 of 128 pixels
    "noise": noisy,
    "jpeg": lambda picture: through_jpeg(picture, 20),
    "darker": lambda picture: picture // 2,
    "brighter": brighter,
    "gray": without_colour,
    "turned_15": lambda picture: turned(picture, 15.0),
    "turned_90": lambda picture: np.ascontiguousarray(np.rot90(picture)),
    "upside_down": lambda picture: np.ascontiguousarray(picture[::-1, ::-1]),
    "small": made_small,
}
