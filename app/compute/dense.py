"""The fully connected layer's arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def dense(
    x: NDArray[np.float32], weights: NDArray[Any], bias: NDArray[Any] | None = None
) -> NDArray[np.float32]:
    """weights (M, N) times the vector `x` (N,), plus bias (M,): (M,) float32, summed in float64."""
    scores = weights.astype(np.float64) @ x.reshape(-1).astype(np.float64)
    if bias is not None:
        scores = scores + bias
    return scores.astype(np.float32)
