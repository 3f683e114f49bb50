"""Views of lessons outside the notation: a signal, a matrix, a learning run; one module each, found by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Values = Callable[..., Mapping[str, Any]]  # (explorer, query, lang, **the lesson's options)


@cache
def lesson_views() -> Mapping[str, Values]:
    """What every view's template course/views/<name>.html needs, by name: a module's function `values`."""
    return {
        found.name: importlib.import_module(f"{__name__}.{found.name}").values
        for found in pkgutil.iter_modules(__path__)
    }
