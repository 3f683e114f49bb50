"""Helper functions in plain NumPy that the scripts of several frameworks print."""

from __future__ import annotations

from app.code.script import Helper

RESIZE_MATRIX = Helper('''
def resize_matrix(inputs, outputs):
    """Weights (outputs, inputs) that bring an axis to a new size: by area where it shrinks, else bilinear."""
    places, cells = np.arange(outputs)[:, None], np.arange(inputs)
    if outputs <= inputs:  # how much of an output cell each input cell fills
        ends = np.minimum((places + 1) * inputs, (cells + 1) * outputs)
        weights = np.maximum(ends - np.maximum(places * inputs, cells * outputs), 0) / inputs
    else:
        centres = np.clip((places + 0.5) * inputs / outputs - 0.5, 0, inputs - 1)
        weights = np.maximum(1 - np.abs(centres - cells), 0)
    return weights.astype(np.float32)
''')

LOCAL_WEIGHTS = Helper('''
def local_weights(shape, seed):
    """Weights of its own for every place: (maps, rows, cols, channels, taps down, taps across)."""
    drawn = np.random.default_rng(seed).standard_normal(shape) / np.sqrt(shape[4] * shape[5])
    return drawn.astype(np.float32)
''')
