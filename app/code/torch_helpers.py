"""Helper functions that the PyTorch scripts print where torch.nn.functional has no call of its own."""

from __future__ import annotations

from collections.abc import Mapping

from app.code.script import Helper
from app.code.shared_helpers import LOCAL_WEIGHTS, RESIZE_MATRIX

HELPERS: Mapping[str, Helper] = {
    "windows": Helper('''
def windows(x, size, stride, dilation):
    """Every window of x (1, channels, rows, cols): (1, channels, rows, cols, taps down, taps across)."""
    for axis in (0, 1):
        x = x.unfold(2 + axis, dilation[axis] * (size[axis] - 1) + 1, stride[axis])
    return x[..., :: dilation[0], :: dilation[1]]
'''),
    "mean_pool": Helper(
        '''
def mean_pool(x, size, stride, dilation, padding, beyond, count_padding):
    """Means of windows; zeros of the padding count or not, what lies beyond the padding never does."""
    ones = F.pad(torch.ones_like(x), padding, value=1.0 if count_padding else 0.0)
    sums = windows(F.pad(F.pad(x, padding), beyond), size, stride, dilation).sum((-2, -1))
    return sums / windows(F.pad(ones, beyond), size, stride, dilation).sum((-2, -1))
''',
        ("windows",),
    ),
    "standardize": Helper('''
def standardize(x):
    """Zero mean and unit spread; a flat picture becomes 0."""
    mean, std = x.double().mean(), x.double().std(correction=0)
    return ((x - mean) / std).float() if std > 1e-6 * x.abs().max() else torch.zeros_like(x)
'''),
    "local_weights": LOCAL_WEIGHTS,
    "resize_matrix": RESIZE_MATRIX,
}
