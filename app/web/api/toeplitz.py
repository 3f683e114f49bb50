"""A convolution on a small input, as the matrix that it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.engine.toeplitz import MAX_SIDE, toeplitz
from app.web.api import schemas
from app.web.api.answers import answer_json, problems
from app.web.deps import SayOf, ServicesOf

router = APIRouter(tags=["gradients"])


class ToeplitzQuery(BaseModel):
    """One convolution, and the size of its input."""

    stack: schemas.StackText = Field(description="A single conv(...).", examples=["conv(sobel_x)"])
    height: int = Field(ge=1, le=MAX_SIDE, description="Rows of the input, which has one channel.")
    width: int = Field(ge=1, le=MAX_SIDE, description="Columns of the input.")


class ToeplitzOut(BaseModel):
    """The matrix T with T·vec(V) = vec(conv(V)); vec goes in reading order, map after map."""

    stack: str = Field(description="The canonical text.")
    input_shape: tuple[int, int, int] = Field(description="Channels, rows, columns.")
    shape: tuple[int, int, int] = Field(description="Of the convolution's output.")
    rows: int = Field(description="One for each output cell.")
    columns: int = Field(description="One for each input cell.")
    matrix: list[list[float]] = Field(description="Row by row.")
    places: int = Field(description="Those that can be other than 0, whatever the kernel's numbers.")
    most: int = Field(description="Such places in the fullest row.")
    nonzero: int = Field(description="Places other than 0 with this kernel.")
    says: list[str] = Field(description="What the matrix shows, in sentences.")


@router.get(
    "/toeplitz",
    summary="A convolution as a matrix",
    response_model=ToeplitzOut,
    responses=problems(422, 503),
)
async def get_toeplitz(
    request: Request, services: ServicesOf, say: SayOf, query: Annotated[ToeplitzQuery, Query()]
) -> Response:
    """The doubly blocked Toeplitz matrix of a convolution, without its bias. Its transpose takes a gradient of
    the output back to the input.

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/toeplitz?stack=conv([1,2,0;0,1,0;3,0,-1])&height=4&width=4"
    ```
    """

    def work() -> ToeplitzOut:
        stack = services.explorer.parse(query.stack)
        found = toeplitz(stack, query.height, query.width)
        rows, columns = found.matrix.shape
        told = say(
            "toeplitz.says",
            places=found.places,
            total=rows * columns,
            most=found.most,
            rows=rows,
            columns=columns,
        )
        return ToeplitzOut(
            stack=stack.text,
            input_shape=found.input_shape,
            shape=found.shape,
            rows=rows,
            columns=columns,
            matrix=found.matrix.tolist(),
            places=found.places,
            most=found.most,
            nonzero=found.nonzero,
            says=[told],
        )

    return answer_json(request, await services.jobs.run(work, request))
