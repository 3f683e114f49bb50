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
    ("text", "shape", "code", "params", "suggestion"),
    [
        ("local", (3, 280, 320), "local_input", {"rows": 280, "cols": 320, "limit": 64}, "resize(56,64)|local"),
        ("local", (3, 65, 40), "local_input", {"rows": 65, "cols": 40, "limit": 64}, "resize(64,39)|local"),
        ("local", (3, 65, 1), "local_input", {"rows": 65, "cols": 1, "limit": 64}, "resize(64,1)|local(size=(3,1))"),
        ("local(stride=64)", (3, 1, 4000), "local_input", {"rows": 1, "cols": 4000, "limit": 64}, "resize(1,64)|local(size=(1,3),stride=64)"),
        ("local(maps=64,size=9)", (3, 64, 64), "local_weights", {"weights": 64 * 56 * 56 * 3 * 81, "limit": 4_000_000}, "local(size=9,maps=4)"),
        ("local(maps=64,size=9)", (3, 65, 65), "local_input", {"rows": 65, "cols": 65, "limit": 64}, "resize(64,64)|local(size=9,maps=4)"),
        ("local(size=31)", (64, 64, 64), "local_weights", {"weights": 34 * 34 * 64 * 961, "limit": 4_000_000}, "local(size=31,stride=8)"),
        ("local(size=31,stride=2)", (64, 64, 64), "local_weights", {"weights": 17 * 17 * 64 * 961, "limit": 4_000_000}, "local(size=31,stride=8)"),
        ("local", (512, 40, 40), "local_weights", {"weights": 38 * 38 * 512 * 9, "limit": 4_000_000}, "local(stride=2)"),
        ("local(size=31)", (512, 64, 64), "local_weights", {"weights": 34 * 34 * 512 * 961, "limit": 4_000_000}, ""),
        ("local(size=31)", (512, 640, 640), "local_input", {"rows": 640, "cols": 640, "limit": 64}, ""),
        ("local(size=9)", (3, 4, 8), "kernel_too_large", {"kernel": 9, "cells": 4, "padding": 0, "padded": 4, "axis": "rows"}, "local(size=(4,8))"),
        ("local(size=(4,9))", (3, 4, 8), "kernel_too_large", {"kernel": 9, "cells": 8, "padding": 0, "padded": 8, "axis": "cols"}, "local(size=(4,8))"),
    ],
)  # fmt: skip
def test_what_is_too_large_is_refused_with_the_mend(text, shape, code, params, suggestion) -> None:
    layer = parse_stack(text).layers[0]
    with pytest.raises(Refusal) as caught:
        layer.shape_after(shape)
    assert (code, params, suggestion) == (caught.value.code, caught.value.params, caught.value.suggestion)
    if suggestion:
        parse_stack(suggestion).shapes(shape)
    for language in ("en", "es"):
        assert load_catalogue().text(f"errors.{code}", language, **caught.value.params)
