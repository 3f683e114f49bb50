"""Helper functions that the NumPy scripts print: a layer is a dozen lines over sliding_window_view."""

from __future__ import annotations

from collections.abc import Mapping

from app.code.script import Helper
from app.code.shared_helpers import LOCAL_WEIGHTS, RESIZE_MATRIX

HELPERS: Mapping[str, Helper] = {
    "windows": Helper('''
def windows(x, size, stride=(1, 1), dilation=(1, 1)):
    """Every window of x (channels, rows, cols): (channels, rows, cols, taps down, taps across), a view."""
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, size)]
    view = np.lib.stride_tricks.sliding_window_view(x, reach, axis=(1, 2))
    return view[:, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
'''),
    "correlate": Helper(
        '''
def correlate(x, kernels, stride=(1, 1), dilation=(1, 1), groups=1):
    """Slide kernels (maps, channels / groups, rows, cols) over x (channels, rows, cols), summed over channels."""
    views = np.split(windows(x, kernels.shape[2:], stride, dilation), groups)
    pairs = zip(np.split(kernels, groups), views)
    return np.concatenate([np.tensordot(kernel, view, ([1, 2, 3], [0, 3, 4])) for kernel, view in pairs])
''',
        ("windows",),
    ),
    "transposed": Helper(
        '''
def transposed(x, kernels, stride=(1, 1), padding=(0, 0), output_padding=(0, 0), dilation=(1, 1), groups=1):
    """Every cell lays its multiple of the kernel down: cells spread out, then the kernel turned slides over."""
    rows, cols = x.shape[1:]
    spread = np.zeros((len(x), (rows - 1) * stride[0] + 1, (cols - 1) * stride[1] + 1), x.dtype)
    spread[:, :: stride[0], :: stride[1]] = x
    reach = [d * (k - 1) for d, k in zip(dilation, kernels.shape[2:])]
    sides = [(cells, cells + more) for cells, more in zip(reach, output_padding)]
    full = correlate(np.pad(spread, [(0, 0), *sides]), kernels[:, :, ::-1, ::-1], (1, 1), dilation, groups)
    return full[:, padding[0] : full.shape[1] - padding[0], padding[1] : full.shape[2] - padding[1]]
''',
        ("correlate",),
    ),
    "mean_pool": Helper(
        '''
def mean_pool(x, size, stride, dilation, padding, beyond, count_padding):
    """Means of windows; zeros of the padding count or not, what lies beyond the padding never does."""
    ones = np.pad(np.ones_like(x), padding, constant_values=count_padding)
    sums = windows(np.pad(np.pad(x, padding), beyond), size, stride, dilation).sum((-2, -1))
    return sums / windows(np.pad(ones, beyond), size, stride, dilation).sum((-2, -1))
''',
        ("windows",),
    ),
    "shared": Helper('''
def shared(x, axis, parts, reduce):
    """Reduce an axis to so many parts: part i reads from floor(i n / parts) to ceil((i + 1) n / parts)."""
    n = x.shape[axis]
    cuts = [range(i * n // parts, -(-(i + 1) * n // parts)) for i in range(parts)]
    return np.concatenate([reduce(np.take(x, cut, axis), axis=axis, keepdims=True) for cut in cuts], axis)
'''),
    "standardize": Helper('''
def standardize(x):
    """Zero mean and unit spread; a flat picture becomes 0."""
    mean, std = x.mean(dtype=np.float64), x.std(dtype=np.float64)
    return (x - mean) / std if std > 1e-6 * np.abs(x).max() else np.zeros_like(x)
'''),
    "softmax": Helper('''
def softmax(x):
    """exp(x) over its sum, over the channels; the largest is taken off so that nothing overflows."""
    powers = np.exp(x - x.max(0))
    return powers / powers.sum(0)
'''),
    "normal_share": Helper('''
def normal_share(x):
    """The share of the normal distribution that lies below x."""
    return (1 + np.vectorize(math.erf, otypes=[np.float32])(x / 2**0.5)) / 2
'''),
    "rotate": Helper('''
def rotate(x, degrees):
    """Turn counter-clockwise about the centre, bilinear, zeros from outside."""
    channels, rows, cols = x.shape
    (down, right), angle = np.indices((rows, cols)), np.radians(degrees)
    down, right = down - (rows - 1) / 2, right - (cols - 1) / 2
    source = (rows - 1) / 2 + np.cos(angle) * down + np.sin(angle) * right
    across = (cols - 1) / 2 - np.sin(angle) * down + np.cos(angle) * right
    out = np.zeros_like(x)
    for row in (np.floor(source), np.floor(source) + 1):
        for col in (np.floor(across), np.floor(across) + 1):
            inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
            weight = inside * (1 - np.abs(source - row)) * (1 - np.abs(across - col))
            r, c = np.clip(row, 0, rows - 1).astype(int), np.clip(col, 0, cols - 1).astype(int)
            out += (weight * x[:, r, c]).astype(np.float32)
    return out
'''),
    "local_weights": LOCAL_WEIGHTS,
    "resize_matrix": RESIZE_MATRIX,
}
