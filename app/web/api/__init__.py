"""REST v1: one module a resource."""

from fastapi import APIRouter

from app.web.addresses import API
from app.web.api import (
    attribution,
    batch,
    challenges,
    classify,
    code,
    compare,
    contributions,
    dreams,
    explain,
    frameworks,
    gradient_files,
    gradients,
    images,
    kernels_layers,
    learnings,
    maps,
    networks,
    overlays,
    own_networks,
    receptive_field,
    samples,
    toeplitz,
    trace,
    what_if,
)

router = APIRouter(prefix=API)
for resource in (  # tried in this order: what a page asks for most stands first
    maps,
    images,
    samples,
    kernels_layers,
    trace,
    overlays,
    explain,
    receptive_field,
    code,
    frameworks,
    classify,
    batch,
    attribution,
    what_if,
    networks,
    dreams,
    own_networks,
    contributions,
    compare,
    gradients,
    gradient_files,
    learnings,
    toeplitz,
    challenges,
):
    router.include_router(resource.router)
