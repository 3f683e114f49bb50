"""The lesson's network of shapes, as far as it is trained, opened on the network's screen like an uploaded one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from fastapi import APIRouter, Request, Response
from safetensors.numpy import save

from app.engine.learning.shape_net import STACK
from app.engine.learning.shapes import CLASSES, draw_unseen
from app.explorer.learnings import SHAPE_READING, read_shape
from app.store.network_files import StoredNetwork
from app.web.deps import LanguageOf, Services, ServicesOf
from app.web.language import Say, say_in
from app.web.pages.lesson_views.shapes import trained
from app.web.pages.own_network import opened

router = APIRouter(include_in_schema=False)
FIELDS = 8  # more than the lesson's form has


@router.post("/course/shapes/network")
async def open_trained(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """Train as far as the form says, which is mostly in the cache, keep the weights, and show them at work."""
    async with request.form(max_files=0, max_fields=FIELDS) as form:
        given = {name: str(value) for name, value in form.items()}
    say = say_in(lang)
    image = given.get("shape", "").strip() or _triangle()
    stored = await services.jobs.run(lambda: _keep(services, given, image, say), request)
    return opened(request, stored, image, lang)


def _keep(services: Services, given: Mapping[str, str], image: str, say: Say) -> StoredNetwork:
    read_shape(services.explorer, image)  # refused before anything is kept
    training = trained(services.explorer, given).training
    data = save({name: np.ascontiguousarray(one) for name, one in training.weights.items()})
    classes = [say(f"course_shapes.class_{name}") for name in CLASSES]
    title = say("course_shapes.title_kept", steps=training.step)
    return services.own.add(data, f"{SHAPE_READING}|{STACK}", classes, title)[0]


def _triangle() -> str:
    """A shape that the network never saw, as a picture's address."""
    rows = draw_unseen()[0, 0].astype(int).tolist()
    return f"grid([{';'.join(','.join(map(str, row)) for row in rows)}])"
