"""The unshared convolution: the book's loop, the shared special case, the course's counts, its bounds."""

import numpy as np
import pytest

from app.compute.correlate import correlate_sum
from app.domain.errors import Refusal
from app.i18n.catalogue import load_catalogue
from app.layers.local import unshared
from app.layers.registry import parse_stack


def test_it_equals_the_sum_of_the_definition() -> None:
    layer = parse_stack("local(maps=2,stride=2,seed=3)").layers[0]
    x = np.random.default_rng(1).standard_normal((3, 7, 8)).astype(np.float32)
    weights = np.random.default_rng(3).standard_normal((2, 3, 3, 3, 3, 3)) / 3
    for i, j, k in np.ndindex(2, 3, 3):
        wanted = 0.0
        for n_l, m, n in np.ndindex(3, 3, 3):
            wanted += float(x[n_l, 2 * j + m, 2 * k + n]) * weights[i, j, k, n_l, m, n]
        assert wanted == pytest.approx(layer.forward(x)[i, j, k], abs=1e-5)


def test_one_kernel_at_all_places_is_a_convolution() -> None:
    rng = np.random.default_rng(2)
    x, bank = (rng.standard_normal(shape).astype(np.float32) for shape in ((3, 9, 8), (4, 3, 3, 2)))
    everywhere = np.broadcast_to(bank[:, None, None], (4, 4, 7, 3, 3, 2))
    np.testing.assert_allclose(
        correlate_sum(x, bank, (2, 1)), unshared(x, everywhere, (2, 1)), rtol=1e-5, atol=1e-5
    )


def test_counts_are_those_of_the_course() -> None:
    grey, colour = parse_stack("local").layers[0], parse_stack("local(maps=16)").layers[0]
    assert 34_596 == grey.parameter_count((1, 64, 64)) == grey.multiply_adds((1, 64, 64))
    assert 1_660_608 == colour.parameter_count((3, 64, 64))
    assert (16, 62, 62) == colour.shape_after((3, 64, 64))
    assert 34_596 == parse_stack("conv(random)").layers[0].multiply_adds((1, 64, 64))


@pytest.mark.parametrize(
    ("text", "shape", "code", "suggestion"),
    [
        ("local", (3, 280, 320), "local_input", "resize(56,64)|local"),
        ("local", (3, 65, 1), "local_input", ""),
        ("local(maps=64,size=9)", (3, 64, 64), "local_weights", "local(size=9,maps=4)"),
        ("local(size=9)", (3, 4, 8), "kernel_too_large", "local(size=(4,8))"),
    ],
)
def test_what_is_too_large_is_refused_with_the_mend(text, shape, code, suggestion) -> None:
    layer = parse_stack(text).layers[0]
    with pytest.raises(Refusal) as caught:
        layer.shape_after(shape)
    assert (code, suggestion) == (caught.value.code, caught.value.suggestion) or suggestion == ""
    for language in ("en", "es"):
        assert load_catalogue().text(f"errors.{code}", language, **caught.value.params)
