"""Helper functions that the Keras scripts print where keras.ops has no call that every backend knows."""

from __future__ import annotations

from collections.abc import Mapping

from app.code.script import Helper
from app.code.shared_helpers import LOCAL_WEIGHTS, RESIZE_MATRIX

HELPERS: Mapping[str, Helper] = {
    "pad": Helper('''
def pad(x, top, bottom, left, right, mode):
    """A border of copied cells: NumPy says which cell is copied where, and ops.take copies it."""
    rows = np.pad(np.arange(x.shape[1]), (top, bottom), mode)
    cols = np.pad(np.arange(x.shape[2]), (left, right), mode)
    return ops.take(ops.take(x, rows, axis=1), cols, axis=2)
'''),
    "border": Helper('''
def border(x, top, bottom, left, right, value=0.0):
    """A border of one value around the rows and columns of x (1, rows, cols, channels)."""
    return ops.pad(x, [(0, 0), (top, bottom), (left, right), (0, 0)], constant_values=value)
'''),
    "windows": Helper('''
def windows(x, size, stride, dilation):
    """The taps of every window of x (1, rows, cols, channels), on a last axis of their own."""
    rows, cols = (x.shape[1 + a] - dilation[a] * (size[a] - 1) - 1 for a in (0, 1))
    places = [(r * dilation[0], c * dilation[1]) for r in range(size[0]) for c in range(size[1])]
    taps = [x[:, r : r + rows + 1 : stride[0], c : c + cols + 1 : stride[1]] for r, c in places]
    return ops.stack(taps, axis=-1)
'''),
    "mean_pool": Helper(
        '''
def mean_pool(x, size, stride, dilation, padding, beyond, count_padding):
    """Means of windows; zeros of the padding count or not, what lies beyond the padding never does."""
    ones = border(ops.ones_like(x), *padding, value=float(count_padding))
    sums = ops.sum(windows(border(border(x, *padding), *beyond), size, stride, dilation), axis=-1)
    return sums / ops.sum(windows(border(ones, *beyond), size, stride, dilation), axis=-1)
''',
        ("border", "windows"),
    ),
    "transposed": Helper(
        '''
def transposed(x, kernels, stride=1, padding=(0, 0), output_padding=(0, 0), dilation=1):
    """ops.conv_transpose at its full size, then cut to what padding and output_padding leave."""
    full = ops.conv_transpose(x, kernels, stride, "valid", (0, 0), dilation_rate=dilation)
    full = border(full, 0, output_padding[0], 0, output_padding[1])
    rows, cols = full.shape[1] - padding[0], full.shape[2] - padding[1]
    return full[:, padding[0] : rows, padding[1] : cols]
''',
        ("border",),
    ),
    "each_transposed": Helper(
        '''
def each_transposed(x, kernels, **arguments):
    """The same on every channel by itself: channels wait as pictures of one channel, and come back as maps."""
    maps = transposed(ops.transpose(x, (3, 1, 2, 0)), kernels, **arguments)
    rows, cols = maps.shape[1:3]
    return ops.reshape(ops.transpose(maps, (1, 2, 0, 3)), (1, rows, cols, -1))
''',
        ("transposed",),
    ),
    "shared": Helper('''
def shared(x, axis, parts, reduce):
    """Reduce an axis to so many parts: part i reads from floor(i n / parts) to ceil((i + 1) n / parts)."""
    n = x.shape[axis]
    cuts = [np.arange(i * n // parts, -(-(i + 1) * n // parts)) for i in range(parts)]
    parts = [reduce(ops.take(x, cut, axis=axis), axis=axis, keepdims=True) for cut in cuts]
    return ops.concatenate(parts, axis=axis)
'''),
    "standardize": Helper('''
def standardize(x):
    """Zero mean and unit spread; a flat picture becomes 0."""
    mean, std = ops.mean(x), ops.std(x)
    return ops.where(std > 1e-6 * ops.max(ops.abs(x)), (x - mean) / (std + 1e-30), 0.0)
'''),
    "local_weights": LOCAL_WEIGHTS,
    "resize_matrix": RESIZE_MATRIX,
}
