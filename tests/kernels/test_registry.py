"""Every named kernel against its formula, OpenCV, SciPy or the numbers as published."""

import cv2
import numpy as np
import pytest
import scipy.ndimage

from app.domain.errors import UserError
from app.kernels.registry import FAMILIES, KERNELS, make

NUMBERS = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "sobel_x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "scharr_x": [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
    "scharr_y": [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
    "prewitt_x": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "prewitt_y": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
    "roberts_x": [[1, 0], [0, -1]],
    "roberts_y": [[0, 1], [-1, 0]],
    "laplacian4": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "laplacian8": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}
SIZED = sorted(name for name, kind in KERNELS.items() if any(p.name == "size" for p in kind.params))


@pytest.mark.parametrize("name", NUMBERS)
def test_fixed_kernels_have_their_numbers(name):
    np.testing.assert_array_equal(NUMBERS[name], make(name))


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_are_float64_read_only_and_shared(name):
    kernel = make(name)
    assert np.float64 == kernel.dtype
    assert kernel is make(name)
    assert KERNELS[name].family in FAMILIES
    with pytest.raises(ValueError, match="read-only"):
        kernel[0, 0] = 1


@pytest.mark.parametrize("name", SIZED)
@pytest.mark.parametrize("size", range(1, 32))
def test_every_size_is_finite(name, size):
    assert (size, size) == make(name, size=size).shape
    assert np.isfinite(make(name, size=size)).all()


@pytest.mark.parametrize("name", sorted(set(SIZED) - {"random", "gabor", "motion"}))
@pytest.mark.parametrize("size", [1, 2, 6, 9])
def test_round_kernels_look_the_same_from_every_side(name, size):
    kernel = make(name, size=size)
    np.testing.assert_allclose(kernel, np.rot90(kernel), atol=1e-15)


@pytest.mark.parametrize("size", [3, 4, 9, 31])
@pytest.mark.parametrize("sigma", [0.5, 1.0, 4.0])
def test_gaussian_equals_opencv(size, sigma):
    if size % 2 == 0:
        steps = np.arange(size) - (size - 1) / 2
        line = np.exp(-(steps**2) / (2 * sigma**2))
        line /= line.sum()
    else:
        line = cv2.getGaussianKernel(size, sigma, cv2.CV_64F)[:, 0]
    np.testing.assert_allclose(np.outer(line, line), make("gaussian", size=size, sigma=sigma), atol=1e-7)


@pytest.mark.parametrize("angle", [0, 30, 45, 90, 123])
@pytest.mark.parametrize("phase", [0, 90])
def test_gabor_equals_opencv(angle, phase):
    # OpenCV lays its kernel out turned by 180 degrees
    expected = cv2.getGaborKernel((15, 15), 3, np.radians(angle), 6, 0.5, np.radians(phase), cv2.CV_64F)
    actual = make("gabor", angle=angle, phase=phase)
    np.testing.assert_allclose(expected[::-1, ::-1], actual, atol=1e-12)


def test_log_is_the_laplacian_of_a_gaussian():
    impulse = np.zeros((31, 31))
    impulse[15, 15] = 1
    expected = scipy.ndimage.gaussian_laplace(impulse, 3.0, truncate=6)
    actual = make("log", size=31, sigma=3.0) / (
        2 * np.pi * 9
    )  # the contract's form leaves out the bell's volume
    np.testing.assert_allclose(expected, actual, atol=2e-5 * np.abs(actual).max() + 1e-6)


def test_kernels_of_differences_follow_their_formulas():
    gauss = make("gaussian", size=9, sigma=1.0)
    np.testing.assert_allclose(gauss - make("gaussian", size=9, sigma=1.6), make("dog"), atol=1e-15)
    centre = np.zeros((5, 5))
    centre[2, 2] = 1
    np.testing.assert_allclose(
        centre + 2 * (centre - make("gaussian")), make("unsharp", amount=2), atol=1e-15
    )


@pytest.mark.parametrize("name", ["box", "gaussian", "motion", "unsharp", "identity", "sharpen"])
@pytest.mark.parametrize("size", [1, 2, 8, 31])
def test_brightness_is_kept(name, size):
    assert pytest.approx(1.0) == make(name, **({"size": size} if name in SIZED else {})).sum()


@pytest.mark.parametrize("name", ["log", "dog", "sobel_x", "laplacian8", "outline", "roberts_y"])
def test_flat_regions_give_nothing(name):
    assert pytest.approx(0.0, abs=1e-12) == make(name).sum()


def test_motion_is_a_line_through_the_centre():
    level = np.zeros((9, 9))
    level[4] = 1 / 9
    np.testing.assert_allclose(level, make("motion"), atol=1e-12)
    np.testing.assert_allclose(level.T, make("motion", angle=90), atol=1e-12)
    slanted = make("motion", angle=45)
    assert slanted[6, 6] > slanted[6, 2] == 0  # down to the right
    np.testing.assert_allclose(slanted, slanted[::-1, ::-1], atol=1e-15)


def test_random_is_numpys_generator():
    expected = np.random.default_rng(7).standard_normal((4, 4)) / 4
    np.testing.assert_array_equal(expected, make("random", size=4, seed=7))


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("sobel", {}, "unknown_kernel"),
        ("box", {"sigma": 1}, "unknown_parameter"),
        ("box", {"size": 32}, "out_of_bounds"),
        ("box", {"size": 0}, "out_of_bounds"),
        ("box", {"size": 2.5}, "wrong_value"),
        ("box", {"size": True}, "wrong_value"),
        ("box", {"size": "3"}, "wrong_value"),
        ("gaussian", {"sigma": 0}, "out_of_bounds"),
        ("gaussian", {"sigma": float("nan")}, "wrong_value"),
    ],
)
def test_wrong_parameters_are_refused_by_code(name, params, code):
    with pytest.raises(UserError) as caught:
        make(name, **params)
    assert code == caught.value.code
