"""Gradients of a loss: by the maps of every stage, by every kernel, and one entry taken apart."""

from __future__ import annotations

import re
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from app import __version__
from app.domain.errors import UserError
from app.engine.gradients.backward import Step
from app.engine.gradients.check import Entry
from app.engine.gradients.convolution import Exact
from app.explorer.gradients import (
    Propagated,
    check_gradients,
    open_entry,
    propagate,
)
from app.web.addresses import API, encode
from app.web.api.answers import answer_json, kind_of, problems
from app.web.api.bodies import content_type, one_of, read_json, unread
from app.web.api.gradients_schemas import (
    MAX_NUMBERS,
    CheckOut,
    EntryOut,
    GradientsBody,
    GradientsOut,
    GradientsQuery,
    LayerGradient,
    ProductOut,
    StageGradient,
    StepOut,
    StepQuery,
)
from app.web.deps import SayOf, Services, ServicesOf
from app.web.language import Say

router = APIRouter(tags=["gradients"])
_DIGITS = 10
_NOTHING = 1e-13
_ERRORS = problems(404, 410, 415, 422, 503)


@router.get("/gradients", summary="Gradients of a loss", response_model=GradientsOut, responses=_ERRORS)
async def get_gradients(
    request: Request, services: ServicesOf, say: SayOf, query: Annotated[GradientsQuery, Query()]
) -> Response:
    """A pass forward and one back: the gradient of a loss by the maps of every stage and by every kernel and
    bias, computed in float64, with a few entries held against finite differences.

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/gradients?image=grid([1,0,2,1,0;0,1,1,0,2;2,1,0,1,1;0,2,1,0,0;1,0,1,2,1])&stack=gray|conv([1,0,-1;2,0,0;0,1,1],stride=2)&loss=sse&target=grid([4,1;3,2])"
    ```

    The effective receptive field of one cell:

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/gradients?image=cat-chelsea&stack=gray|conv(box)|conv(box)&size=32&loss=cell&row=10&column=12&check=false"
    ```
    """
    return await _answered(request, services, say, query)


@router.post(
    "/gradients",
    summary="Gradients of a loss",
    response_model=GradientsOut,
    responses=_ERRORS,
    openapi_extra=one_of(GradientsBody),
)
async def post_gradients(request: Request, services: ServicesOf, say: SayOf) -> Response:
    """As GET, with the question as JSON; here the target is a second stack on the same photo.

    ```sh
    curl -H "Content-Type: application/json" \\
      -d '{"image": "cat-chelsea", "stack": "conv([0,0])", "loss": {"kind": "sse", "target": "conv([-1,1])"}}' \\
      http://127.0.0.1:8000/api/v1/gradients
    ```
    """
    if content_type(request) != "application/json":
        raise unread(request, "application/json")
    return await _answered(request, services, say, (await read_json(request, GradientsBody)).query())


@router.get("/gradients/step", summary="One entry of a gradient", response_model=StepOut, responses=_ERRORS)
async def get_step(
    request: Request, services: ServicesOf, say: SayOf, query: Annotated[StepQuery, Query()]
) -> Response:
    """The products that add up to one entry: of g, the gradient by a kernel's number, or of h, that by a cell
    of the layer's input. The loss reads the last stage of the stack given.

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/gradients/step?image=cat-chelsea&stack=gray|conv(sobel_x,stride=2)|relu&size=16&stage=2&of=kernel&index=0,0,1,2"
    ```

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/gradients/step?image=cat-chelsea&stack=gray|conv(sobel_x,stride=2)|relu&size=16&stage=2&of=input&index=0,4,4"
    ```
    """
    index = _index(query.index)

    def work(cancelled: object) -> StepOut:
        assert callable(cancelled)
        step = open_entry(
            services.explorer, query.question(), query.stage, query.of, index, query.limit, cancelled
        )
        return _step_out(query, index, step, say)

    return answer_json(request, await services.jobs.run_cancellable(work, request))


async def _answered(request: Request, services: Services, say: Say, query: GradientsQuery) -> Response:
    def work(cancelled: object) -> GradientsOut:
        assert callable(cancelled)
        answer = propagate(services.explorer, query.question(query.stage), cancelled)
        return _out(query, answer, check_gradients(answer, cancelled) if query.check else None, say)

    return answer_json(request, await services.jobs.run_cancellable(work, request))


def _out(query: GradientsQuery, answer: Propagated, entries: list[Entry] | None, say: Say) -> GradientsOut:
    found, trace = answer.found, answer.trace
    last = len(found.maps) - 1
    stack = trace.stack.prefix(last)
    said = {"sse": "gradients.says_sse", "sum": "gradients.says_sum", "cell": "gradients.says_cell"}
    body = GradientsOut(
        stack=stack,
        image=query.image,
        stage=last,
        loss=rounded(found.loss),
        kind=query.loss,
        stages=[_stage_out(query, answer, stage, stack) for stage in range(last + 1)],
        layers=[_layer_out(query, answer, stage, stack) for stage in range(last + 1) if found.learned[stage]],
        says=[say(said[query.loss], loss=rounded(found.loss), stage=last)],
    )
    if entries:
        smooth = [entry.digits for entry in entries if not entry.corner]
        corners, digits = len(entries) - len(smooth), min(smooth, default=None)
        told = [_entry_out(entry) for entry in entries]
        body.check = CheckOut(digits=digits, corners=corners, entries=told)
        if digits is not None:
            body.says.append(say("gradients.says_check", count=len(smooth), digits=digits))
        if corners:
            body.says.append(say("gradients.says_corners", count=corners))
    return body


def _stage_out(query: GradientsQuery, answer: Propagated, stage: int, stack: str) -> StageGradient:
    grad, layer = answer.found.grads[stage], answer.trace.layer(stage)
    channels, rows, cols = grad.shape
    largest = float(np.abs(grad).max())
    body = StageGradient(
        stage=stage,
        layer=layer.text if layer else "",
        shape=(channels, rows, cols),
        min=rounded(float(grad.min()), largest),
        max=rounded(float(grad.max()), largest),
        npy_url=_npy_url(query, stage, stack, "maps"),
    )
    if grad.size <= MAX_NUMBERS:
        body.gradient = nested(grad)
    return body


def _layer_out(query: GradientsQuery, answer: Propagated, stage: int, stack: str) -> LayerGradient:
    learned, layer = answer.found.learned[stage], answer.trace.layer(stage)
    assert learned is not None
    assert layer is not None
    body = LayerGradient(
        stage=stage,
        layer=layer.text,
        kind=kind_of(layer),
        count=learned.size,
        npy_url=_npy_url(query, stage, stack, "kernels"),
    )
    if learned.size <= MAX_NUMBERS:
        body.kernels = [nested(kernel) for kernel in learned.kernels]
    if learned.bias is not None:
        body.bias = nested(learned.bias)
    return body


def _npy_url(query: GradientsQuery, stage: int, stack: str, of: str) -> str:
    cell = {name: str(getattr(query, name)) for name in ("channel", "row", "column")}
    asked = {
        "image": query.image,
        **({"stack": stack} if stack else {}),
        "size": str(query.size),
        "fit": query.fit,
        "loss": query.loss,
        **({"target": query.target} if query.loss == "sse" else {}),
        **(cell if query.loss == "cell" else {}),
        **({"of": of} if of != "maps" else {}),
        "v": __version__,
    }
    return f"{API}/gradients/{stage}.npy?{encode(asked)}"


def _entry_out(entry: Entry) -> EntryOut:
    return EntryOut(
        of=entry.of,
        stage=entry.stage,
        index=list(entry.index),
        gradient=rounded(entry.gradient),
        difference=rounded(entry.difference),
        digits=entry.digits,
        corner=entry.corner,
    )


def _step_out(query: StepQuery, index: tuple[int, ...], step: Step, say: Say) -> StepOut:
    gradients = max((abs(product.gradient) for product in step.products), default=0.0)
    terms = max((abs(product.value) for product in step.products), default=0.0)
    products = [
        ProductOut(
            output=list(product.link.output),
            gradient=rounded(product.gradient, gradients),
            name=product.link.name,
            index=list(product.link.index),
            factor=rounded(product.link.factor),
            product=rounded(product.value, terms),
        )
        for product in step.products
    ]
    return StepOut(
        stage=query.stage,
        of=query.of,
        index=list(index),
        value=rounded(step.value, terms),
        condition=step.condition,
        count=step.count,
        products=products,
        sum=rounded(step.shown, terms),
        left_out=step.count - len(products),
        says=[_told(query, step, say)],
    )


def _told(query: StepQuery, step: Step, say: Say) -> str:
    value, count = rounded(step.value), step.count
    name = step.products[0].link.name if step.products else ""
    if not count:
        return say("gradients.says_unread")
    if query.of == "kernel":
        return say("gradients.says_kernel_step", value=value, count=count)
    if name == "winner":
        return say("gradients.says_winner_step", value=value, count=count)
    if name == "slope" and count == 1:
        return say("gradients.says_slope_step", value=value, slope=rounded(step.products[0].link.factor))
    return say("gradients.says_input_step", value=value, count=count)


def _index(text: str) -> tuple[int, ...]:
    """Whole numbers split by commas."""
    if not re.fullmatch(r"\s*\d{1,9}(\s*,\s*\d{1,9}){0,5}\s*", text, re.ASCII):
        raise UserError("gradients_index_text", value=text[:40])
    return tuple(int(part) for part in text.split(","))


def rounded(value: float, largest: float = 0.0) -> float:
    """Ten significant digits: more than a photo gives, and no trail of nines.

    What is but the rounding of float64 beside the `largest` number of its kind is 0.
    """
    return 0.0 if abs(value) < _NOTHING * largest else float(f"{value:.{_DIGITS}g}")


def nested(array: Exact) -> Any:
    """Nested lists of rounded numbers."""
    largest = float(np.abs(array).max())
    flat = np.array([rounded(value, largest) for value in array.reshape(-1).tolist()])
    return flat.reshape(array.shape).tolist()
