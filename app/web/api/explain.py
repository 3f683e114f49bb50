"""One cell opened: the arithmetic behind its value."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.engine.cells import Place
from app.explorer import OpenCell
from app.layers.explanation import Explanation, Recipe, Term
from app.web.api import schemas
from app.web.api.answers import answer_json, boxes_of, kind_of, problems
from app.web.api.bodies import content_type, read_json, unread
from app.web.deps import Services, ServicesOf

router = APIRouter(tags=["cells"])
MAX_PATCH = (
    65_536  # numbers of one patch; a larger one, such as that of a global mean, is a stage's whole map
)
_ERRORS = problems(404, 410, 413, 415, 422, 503)


@router.get("/explain", summary="Explain a cell", response_model=schemas.ExplainOut, responses=_ERRORS)
async def get_explain(
    request: Request, services: ServicesOf, query: Annotated[schemas.CellQuery, Query()]
) -> Response:
    """What was read, what it was multiplied by, and what came of it.

    `recipe` says how: the inputs' sums and the bias give `sum` (`dot`, `mean`, `norm`), one cell wins (`max`), or a
    single number goes through a curve (`point`). Where there is an `activation`, the value is what it makes of `sum`.

    A patch of more than 65,536 numbers is left out; it is a whole map of the stage before.

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/explain?image=cat-chelsea&stack=gray|conv(sobel_x)&size=64&stage=2&channel=0&row=10&column=12"
    ```
    """
    return await _explained(request, services, query)


@router.post(
    "/explain",
    summary="Explain a cell",
    response_model=schemas.ExplainOut,
    responses=_ERRORS,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schemas.CellBody.model_json_schema()}},
        }
    },
)
async def post_explain(request: Request, services: ServicesOf) -> Response:
    """As GET, with the scene and the cell as JSON.

    ```sh
    curl -H "Content-Type: application/json" \\
      -d '{"image": "cat-chelsea", "stack": "conv(box)", "size": 64, "stage": 1, "row": 5, "column": 7}' \\
      http://127.0.0.1:8000/api/v1/explain
    ```
    """
    if content_type(request) != "application/json":
        raise unread(request, "application/json")
    return await _explained(request, services, await read_json(request, schemas.CellBody))


async def _explained(request: Request, services: Services, asked: schemas.CellQuery) -> Response:
    place = Place(asked.stage, asked.channel, asked.row, asked.column)

    def work(cancelled: object) -> schemas.ExplainOut:
        assert callable(cancelled)
        scene = asked.scene()
        layers = services.explorer.parse(scene.stack).layers
        opened = services.explorer.open_cell(scene, place, cancelled)
        return explain_out(opened, kind_of(layers[place.stage - 1] if place.stage else None))

    return answer_json(request, await services.jobs.run_cancellable(work, request))


def explain_out(opened: OpenCell, kind: str) -> schemas.ExplainOut:
    """An opened cell in plain data."""
    found = opened.explanation
    body = schemas.ExplainOut(
        value=opened.value,
        kind=kind,
        recipe=found.recipe if found else "",
        inputs=[_term(term, found.recipe) for term in found.terms] if found else [],
        bias=found.bias if found else 0.0,
        sum=found.sum if found else opened.value,
        boxes=boxes_of(opened.boxes),
    )
    if found is not None:
        _add_ending(body, found)
    return body


def _add_ending(body: schemas.ExplainOut, found: Explanation) -> None:
    """What came after the sum: a curve, or the cell that won."""
    if found.activation is not None:
        curve = found.activation
        body.activation = schemas.ActivationOut(
            name=curve.name, input=curve.input, output=curve.output, quantities=dict(curve.quantities)
        )
    if found.winner is not None:
        winner = found.winner
        body.winner = schemas.WinnerOut(
            channel=winner.channel, row=winner.row, column=winner.col, value=winner.value
        )


def _term(term: Term, recipe: Recipe) -> schemas.TermOut:
    kept = term.patch.size <= MAX_PATCH
    return schemas.TermOut(
        channel=term.channel,
        rows=list(term.rows),
        columns=list(term.cols),
        patch=_patch(term, recipe) if kept else None,
        weights=term.weights.tolist() if kept and term.weights is not None else None,
        products=term.products.tolist() if kept and term.products is not None else None,
        sum=term.sum,
    )


def _patch(term: Term, recipe: Recipe) -> list[list[float | None]]:
    """The numbers read; null where a maximum or minimum meets padding, which never wins."""
    cells: list[list[float | None]] = term.patch.tolist()
    if recipe != "max" or not term.outside.any():
        return cells
    return [
        [None if is_outside else value for value, is_outside in zip(row, outside, strict=True)]
        for row, outside in zip(cells, term.outside.tolist(), strict=True)
    ]
