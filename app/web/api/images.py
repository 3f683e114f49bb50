"""Photos: upload, look at, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from app.domain.errors import UserError
from app.store.colours import Colour
from app.store.decode import Picture, decode
from app.store.photos import StoredPhoto
from app.web.addresses import image_url
from app.web.api import schemas
from app.web.api.answers import answer_json, problems, upload_of
from app.web.api.bodies import background_of, content_type, one_of, read_form, unread
from app.web.deps import SayOf, Services, ServicesOf
from app.web.images import serve

router = APIRouter(tags=["images"])


async def store_upload(
    request: Request, services: Services, data: bytes, background: Colour
) -> tuple[StoredPhoto, Picture]:
    """Decode and keep a file, off the event loop."""

    def work() -> tuple[StoredPhoto, Picture]:
        picture = decode(data, background=background, limits=services.limits)
        return services.store.add(picture), picture

    return await services.jobs.run(work, request)


async def received(request: Request, background: str | None) -> tuple[bytes, Colour]:
    """The file of a form, or a body that is a picture itself."""
    kind = content_type(request)
    if kind == "multipart/form-data":
        fields, data = await read_form(request, schemas.UploadBody)
        return data, background_of(fields.background or background)
    if kind.startswith("image/"):
        return await request.body(), background_of(background)
    raise unread(request, "multipart/form-data", "image/*")


_BODY = one_of(file=schemas.UploadBody)
_BODY["requestBody"]["content"]["image/*"] = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/images",
    status_code=201,
    summary="Upload a photo",
    response_model=schemas.UploadOut,
    responses=problems(400, 413, 415, 422, 503),
    openapi_extra=_BODY,
)
async def add_image(
    request: Request,
    services: ServicesOf,
    say: SayOf,
    background: Annotated[
        str | None, Query(description="Colour under transparent pixels, `#rrggbb`.")
    ] = None,
) -> Response:
    """Keeps a photo for a limited time under a random name, and says how to delete it before that.

    A JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF of at most 20 MB and 40 megapixels, its first frame. Send it
    as a form or as the bare bytes. The photo is turned upright, and everything but its pixels is dropped.

    ```sh
    curl -F file=@cat.jpg http://127.0.0.1:8000/api/v1/images
    ```

    ```sh
    curl --data-binary @cat.jpg -H "Content-Type: image/jpeg" http://127.0.0.1:8000/api/v1/images
    ```
    """
    data, colour = await received(request, background)
    photo, picture = await store_upload(request, services, data, colour)
    body = upload_of(photo, picture.notices, say)
    answer = answer_json(request, body, Location=image_url(photo.image), **{"Cache-Control": "no-store"})
    answer.status_code = 201
    return answer


@router.get(
    "/images/{image}",
    summary="A picture",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "The picture as PNG."},
        **problems(404, 410, 422),
    },
)
async def show_image(request: Request, services: ServicesOf, image: str) -> Response:
    """Any picture that has a name: an upload, a sample, a pattern, a grid of numbers.

    ```sh
    curl -o cat.png http://127.0.0.1:8000/api/v1/images/cat-chelsea
    ```

    ```sh
    curl -g -o board.png "http://127.0.0.1:8000/api/v1/images/pattern(checkerboard,size=64)"
    ```
    """
    return await serve(request, services, image, lambda: services.explorer.photo_picture(image), "image/png")


@router.delete(
    "/images/{image}", status_code=204, summary="Delete a photo", responses=problems(403, 404, 410, 422)
)
async def delete_image(
    request: Request,
    services: ServicesOf,
    image: str,
    x_delete_token: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Deletes an upload for good, and asks the browser to forget what it kept of it.

    ```sh
    curl -s -F file=@cat.jpg http://127.0.0.1:8000/api/v1/images > photo.json
    curl -X DELETE -H "X-Delete-Token: $(jq -r .delete_token photo.json)" \\
      http://127.0.0.1:8000/api/v1/images/$(jq -r .image photo.json)
    ```
    """
    if not x_delete_token:
        services.store.describe(image)  # unknown and expired come first
        raise UserError("wrong_delete_token")
    await services.jobs.run(lambda: services.store.delete(image, x_delete_token), request)
    for cache in (services.traces, services.pictures):
        cache.discard(lambda key: isinstance(key, tuple) and image in key)
    return Response(status_code=204, headers={"Clear-Site-Data": '"cache"', "Cache-Control": "no-store"})
