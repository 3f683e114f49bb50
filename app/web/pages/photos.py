"""Where the lab's picture comes from: the choice of it, an upload without scripts, pictures for display."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from numpy.typing import NDArray
from PIL import Image
from starlette.datastructures import UploadFile

from app.rendering.maps import to_rgb8
from app.store.decode import decode
from app.store.patterns import PATTERNS
from app.store.photos import StoredPhoto
from app.store.samples import SAMPLES, read_sample
from app.store.shrink import bounded_size, shrink
from app.store.sources import Source, SourceCard
from app.web.addresses import encode
from app.web.api.bodies import background_of
from app.web.deps import ExplorerOf, JobsOf, LanguageOf, ServicesOf
from app.web.images import FOREVER, cache_control
from app.web.pages.frame import PRIVATE, VARIES, is_partial, page, spoken_time
from app.web.pages.scene import LabState
from app.web.templating import render

VIEW_SIDE = 768  # longer side of a picture for display
TINY = 128  # a picture up to this side is enlarged cell by cell, so that its cells stay sharp
THUMB_SIDE = 144  # twice the 72 CSS pixels of a thumbnail
PATTERN_SIZES = (8, 16, 32, 64, 128, 256)
_OTHER_PAGE = re.compile(r"network|course/[a-z0-9-]{1,80}")  # where an upload may lead besides the lab
_FIELDS = 32  # of an upload's form: the scene's names and a few more
router = APIRouter(include_in_schema=False)


@router.get("/sources")
async def sources(request: Request, lang: LanguageOf, services: ServicesOf) -> Response:
    """The choice of a picture: the panel's inside for the lab's script, or a page of its own."""
    state = LabState.read(request.query_params)
    values: dict[str, Any] = {
        "state": state,
        "samples": SAMPLES,
        "patterns": PATTERNS,
        "pattern_sizes": PATTERN_SIZES,
        "limits": services.limits,
        "kept": spoken_time(services.settings.photo_lifetime_s),
    }
    headers = {"Vary": VARIES, **PRIVATE}
    if is_partial(request):
        return HTMLResponse(render("lab/_source_panel.html", lang, values), headers=headers)

    def language_url(code: str) -> str:
        return f"/sources?{state.query(lang=code)}"

    return page(request, "lab/sources.html", lang, "lab", language_url, values)


@router.post("/photos")
async def upload(request: Request, jobs: JobsOf, services: ServicesOf) -> Response:
    """Store the photo of a plain form and show the lab with it.

    Raises
    ------
    UserError
        `empty_picture` without a file, `background_wrong`, and what decoding and storing refuse.
    """
    async with request.form(max_files=1, max_fields=_FIELDS) as form:
        file = form.get("file")
        data = await file.read() if isinstance(file, UploadFile) else b""
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
    state = LabState.read({**texts, "at": ""})
    background = background_of(texts.get("background", ""))

    def keep() -> StoredPhoto:
        return services.store.add(decode(data, background=background, limits=services.limits))

    stored = await jobs.run(keep)
    if _OTHER_PAGE.fullmatch(then := texts.get("then", "")):
        query = {"image": stored.image, "network": texts.get("network", ""), "lang": state.lang}
        kept = {name: value for name, value in query.items() if value}
        return RedirectResponse(f"/{then}?{encode(kept)}", status_code=303)
    return RedirectResponse(state.url(image=stored.image), status_code=303)


@router.get("/samples/{name}/thumb.webp")
async def thumb(request: Request, name: str, explorer: ExplorerOf, jobs: JobsOf) -> Response:
    """The middle square of a sample, small."""

    def make() -> bytes:
        return explorer.pictures.get_or_make(("thumb", name), lambda: thumbnail(read_sample(name)))

    return Response(
        await jobs.run(make, request), media_type="image/webp", headers={"Cache-Control": FOREVER}
    )


@router.get("/view/{image:path}.webp")
async def view(request: Request, image: str, explorer: ExplorerOf, jobs: JobsOf) -> Response:
    """A picture as the page displays it: at most 768 pixels long, tiny ones with sharp cells."""

    def make() -> tuple[SourceCard, bytes]:
        card = explorer.sources.describe(image)
        key = ("view", card.key)
        return card, explorer.pictures.get_or_make(key, lambda: for_display(explorer.sources.read(image)))

    card, picture = await jobs.run(make, request)
    return Response(picture, media_type="image/webp", headers={"Cache-Control": cache_control(card)})


def thumbnail(pixels: NDArray[np.uint8]) -> bytes:
    """WebP of the middle square of (row, column, channel) pixels."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pixels[top : top + side, left : left + side]
    return _webp(shrink(square, bounded_size(side, side, THUMB_SIDE)), lossless=False)


def for_display(source: Source) -> bytes:
    """WebP of a picture: reduced with the area filter, or every cell enlarged to a sharp square."""
    stored = source.stored
    pixels = stored if stored.dtype == np.uint8 else to_rgb8(stored.astype(np.float32, copy=False))
    longest = max(pixels.shape[:2])
    if longest <= TINY:
        factor = VIEW_SIDE // longest
        return _webp(pixels.repeat(factor, axis=0).repeat(factor, axis=1), lossless=True)
    size = bounded_size(pixels.shape[0], pixels.shape[1], VIEW_SIDE)
    small = shrink(pixels.astype(np.uint8, copy=False), size)
    return _webp(small, lossless=source.card.origin in ("pattern", "grid"))


def _webp(pixels: NDArray[Any], *, lossless: bool) -> bytes:
    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "WEBP", quality=85, lossless=lossless, method=4)
    return out.getvalue()
