"""The pages: one module a screen, each with its router."""

import importlib
import pkgutil

from fastapi import APIRouter


def _routers() -> tuple[APIRouter, ...]:
    """The routers of this package's modules, by name."""
    modules = (
        importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    )
    return tuple(
        module.router for module in modules if isinstance(getattr(module, "router", None), APIRouter)
    )


routers = _routers()
