"""Every kernel, parameter and family is told in both languages."""

import pytest

from app.i18n.catalogue import load_catalogue
from app.kernels.registry import FAMILIES, KERNELS

PARAMS = sorted({param.name for kind in KERNELS.values() for param in kind.params})


@pytest.mark.parametrize(
    ("prefix", "names"),
    [("kernels", sorted(KERNELS)), ("kernel_params", PARAMS), ("kernel_families", sorted(FAMILIES))],
)
def test_texts_are_there_and_none_is_left_over(prefix, names):
    keys = load_catalogue().keys()
    found = {key for key in keys if key.startswith(f"{prefix}.")}
    assert {f"{prefix}.{name}.{part}" for name in names for part in ("title", "about")} == found
