"""Pictures made for looking at: small enough for a first view, cached as long as the picture itself."""

from __future__ import annotations

import io

import numpy as np
from fastapi import APIRouter, Request, Response
from PIL import Image

from app.explorer import Explorer
from app.rendering.maps import to_rgb8
from app.web.deps import ServicesOf
from app.web.images import serve

router = APIRouter(include_in_schema=False)
SIDE = 640  # CSS pixels of the photo at most, twice that of the design's frame
SMALL = 128  # a picture of so few cells is shown cell by cell, without loss


@router.get("/view/{image:path}.webp")
async def view(request: Request, services: ServicesOf, image: str) -> Response:
    """A picture for display; patterns and grids keep every cell."""
    return await serve(request, services, image, lambda: webp(services.explorer, image), "image/webp")


def webp(explorer: Explorer, image: str) -> bytes:
    """The picture as WebP, its longer side at most SIDE."""
    photo = explorer.photo(image)

    def made() -> bytes:
        picture = Image.fromarray(np.ascontiguousarray(to_rgb8(photo.pixels())))
        small = max(picture.size) <= SMALL
        picture.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
        written = io.BytesIO()
        picture.save(written, "WEBP", quality=80, method=2, lossless=small)
        return written.getvalue()

    return explorer.pictures.get_or_make(("view", photo.key), made)
