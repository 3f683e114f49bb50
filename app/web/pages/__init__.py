"""The pages: one module a screen, each with its router."""

import importlib
import pkgutil

from fastapi import APIRouter


def _routers() -> tuple[APIRouter, ...]:
    """The routers of this package's modules, by name."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    ]
    found = [getattr(module, "router", None) for module in modules]
    return tuple(router for router in found if isinstance(router, APIRouter))


routers = _routers()
