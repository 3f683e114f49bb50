"""Pictures by gradient ascent: the unit sees nothing else, a linear unit gets its own kernel, and numbers are torch's."""

import numpy as np
import pytest
import torch
from scipy.ndimage import convolve1d
from torch.nn import functional as F

from app.engine.attribution.chain import chain_of
from app.engine.dreaming import LARGEST, activations, dream, reached, sight_of
from tests.engine.attribution.made import made_network, shipped_subject

NETWORK = made_network(
    "normalize((0.4,0.5,0.6),(0.2,0.3,0.25))|weights(made.c1,padding=1,stride=2)|relu"
    "|weights(made.c2,padding=1)|relu|globalavg|flatten|dense(made.fc)",
    c1=(6, 3, 3, 3),
    c2=(8, 6, 3, 3),
    fc=(3, 8),
)
CHAIN = chain_of(NETWORK, (3, 24, 20))


@pytest.mark.parametrize(("stage", "side"), [(2, 3), (4, 7)])
def test_nothing_but_the_kept_part_moves_the_unit(stage, side):
    sight = sight_of(CHAIN, stage)
    rng = np.random.default_rng(0)
    inside = rng.random((3, side, side), dtype=np.float32)
    pictures = rng.random((2, 3, *sight.chain.shape[1:]), dtype=np.float32)
    pictures[:, :, sight.top : sight.top + side, sight.left : sight.left + side] = inside
    found = activations(sight, torch.from_numpy(pictures), [1, 1]).numpy()

    assert (side, side) == (sight.rows, sight.cols)
    assert found[0] == pytest.approx(found[1], abs=1e-5)
    assert found[0] == pytest.approx(reached(sight, inside[None], [1])[0], abs=1e-5)


def test_what_is_reached_is_torchs_own_number():
    sight, (conv,) = sight_of(CHAIN, 2), [layer for layer in CHAIN.layers if layer.kind == "weights"][:1]
    pictures = np.random.default_rng(1).random((6, 3, 3, 3), dtype=np.float32)
    normal = (pictures - np.array([0.4, 0.5, 0.6]).reshape(3, 1, 1)) / np.array([0.2, 0.3, 0.25]).reshape(
        3, 1, 1
    )
    tensor = conv.tensor
    every = F.conv2d(*map(torch.from_numpy, (normal.astype(np.float32), tensor.weights, tensor.bias)))

    np.testing.assert_allclose(
        np.diag(every[:, :, 0, 0].numpy()), reached(sight, pictures, range(6)), atol=1e-5
    )


def test_a_linear_unit_would_like_best_to_see_its_own_kernel():
    """The best picture of 0..1 for w·x is 1 where w is positive and 0 elsewhere."""
    sight = sight_of(CHAIN, 2)
    kernels = CHAIN.layers[1].tensor.weights
    pictures = dream(sight, range(6), seed=0, steps=60)
    best = reached(sight, (kernels > 0).astype(np.float32), range(6))
    grey = reached(sight, np.repeat(CHAIN.baseline[None, :, :3, :3], 6, 0), range(6))

    gained = (reached(sight, pictures, range(6)) - grey) / (best - grey)
    assert gained.min() > 0.75
    assert gained.max() <= 1 + 1e-5


def test_the_same_seed_gives_the_same_picture_and_more_steps_a_higher_value():
    sight = sight_of(CHAIN, None)
    short, again, long = (dream(sight, range(3), seed=4, steps=steps) for steps in (1, 1, 12))

    np.testing.assert_array_equal(short, again)
    assert (reached(sight, long, range(3)) > reached(sight, short, range(3))).all()
    assert 0 <= long.min()
    assert long.max() <= 1


def test_a_field_as_large_as_the_picture_is_filled_by_enlarging():
    chain = shipped_subject().chain
    sight = sight_of(chain, chain.last - 3)

    assert (chain.shape, chain.shape[1:]) == (sight.chain.shape, (sight.rows, sight.cols))
    assert (LARGEST, LARGEST) == sight.size


def bilinear(cells: int, wanted: int) -> np.ndarray:
    """(wanted, cells): each new cell between the two old ones around its centre, borders repeated."""
    places = np.clip((np.arange(wanted) + 0.5) * cells / wanted - 0.5, 0, cells - 1)
    return np.stack([np.interp(places, np.arange(cells), row) for row in np.eye(cells)], axis=1)


def smoothed(x: np.ndarray) -> np.ndarray:
    """Divided by spatial frequency, by NumPy's whole transform, and brought to a spread of 1."""
    rows, cols = x.shape[2:]
    down, right = np.meshgrid(np.fft.fftfreq(rows), np.fft.fftfreq(cols), indexing="ij")
    scale = 1 / np.maximum(np.sqrt(down**2 + right**2), 1 / max(rows, cols))
    smooth = np.fft.ifft2(np.fft.fft2(x) * scale).real
    return smooth / np.sqrt((smooth**2).mean((1, 2, 3), keepdims=True))


@pytest.mark.parametrize("field", [(3, 5), (18, 17), (60, 58)])
def test_the_ascent_is_what_it_says_step_by_step(field: tuple[int, int]):
    """On a linear unit, whose gradient is its kernel wherever the picture is; every brake by NumPy and SciPy."""
    network = made_network(
        "normalize((0.4,0.5,0.6),(0.2,0.3,0.25))|weights(made.c1)|globalavg|flatten|dense(made.fc)",
        c1=(4, 3, *field),
        fc=(3, 4),
    )
    sight = sight_of(chain_of(network, (3, 64, 62)), 2)
    rows, cols = size = tuple(min(56, cells) for cells in field)
    assert (size, field) == (sight.size, (sight.rows, sight.cols))
    steps, units, seed = 13, [2, 0], 7
    found = dream(sight, units, seed, steps)

    std = np.array([0.2, 0.3, 0.25]).reshape(3, 1, 1)
    mean = np.broadcast_to(np.array([0.4, 0.5, 0.6]).reshape(3, 1, 1), (3, rows, cols))
    down, right = (bilinear(few, many) for few, many in zip(size, field, strict=True))
    kernels = network.tensors["made.c1"].weights[units] / std
    gradient = down.T @ kernels @ right
    generator = torch.Generator().manual_seed(seed)
    picture = np.clip(mean + 0.1 * smoothed(torch.randn(2, 3, rows, cols, generator=generator).numpy()), 0, 1)
    reach = min(size) // 16
    for step in range(steps):
        # where the picture was moved to does not matter to a gradient that is the same everywhere, but comes back moved
        moves = torch.randint(-reach, reach + 1, (2,), generator=generator).tolist() if reach else [0, 0]
        rate = 0.25 + (0.03 - 0.25) * step / steps
        picture = picture + rate * np.roll(smoothed(gradient), [-move for move in moves], (2, 3))
        picture = picture + 0.03 * (mean - picture)
        if reach and step in (3, 7):  # every fourth, and not among the last
            for axis in (2, 3):
                picture = convolve1d(picture, [0.25, 0.5, 0.25], axis=axis, mode="nearest")
        picture = np.clip(picture, 0, 1)
    np.testing.assert_allclose(picture, found, atol=1e-4)
    assert np.float32 == found.dtype

    large = down @ found.astype(np.float64) @ right.T
    answers = (kernels * (large - np.array([0.4, 0.5, 0.6]).reshape(3, 1, 1))).sum((1, 2, 3))
    np.testing.assert_allclose(
        answers + network.tensors["made.c1"].bias[units], reached(sight, found, units), atol=1e-3
    )


def test_the_cell_asked_is_the_first_whose_field_meets_no_border():
    sight = sight_of(
        CHAIN, 4
    )  # two convolutions of padding 1, the first of stride 2: cell (2, 2) reads from 1 to 7
    assert (2, 2, 1, 1, 7, 7) == (sight.row, sight.col, sight.top, sight.left, sight.rows, sight.cols)
    assert ((3, 8, 8), 4) == (sight.chain.shape, len(sight.chain.layers))
