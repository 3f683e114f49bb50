"""A stack as a script to run, and what differs between the frameworks for it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app.code import Framework, differences, write
from app.domain.shapes import Shape
from app.web.api.answers import answer_json, problems
from app.web.api.receptive_field import PHOTO_CHANNELS
from app.web.api.schemas import StackText
from app.web.deps import SayOf, ServicesOf
from app.web.images import ASK_AGAIN, answer_bytes

router = APIRouter(tags=["code"])
PYTHON = "text/x-python"
FILE = "convisor_{framework}.py"


class SizedStackQuery(BaseModel):
    """A stack, and the size of its input, on which paddings depend."""

    stack: StackText = ""
    height: int = Field(64, ge=1, le=8192, description="Rows of the input.")
    width: int = Field(64, ge=1, le=8192, description="Columns of the input.")

    @property
    def shape(self) -> Shape:
        """The input's shape: a photo has three channels."""
        return PHOTO_CHANNELS, self.height, self.width


class CodeQuery(SizedStackQuery):
    """A stack, and the framework to write it in."""

    framework: Framework = Field(description="Keras means Keras 3, on any of its back ends.")


class DifferencesQuery(SizedStackQuery):
    """A stack, and the language to tell it in."""

    lang: Literal["en", "es"] | None = Field(None, description="Accept-Language decides if left out.")


class DifferenceOut(BaseModel):
    """One difference."""

    code: str = Field(description="Its stable name, for programs.")
    layers: list[int] = Field(
        description="The layers that meet it, counted from 1; none for the whole stack."
    )
    text: str = Field(description="The difference in a sentence.")


class DifferencesOut(BaseModel):
    """What differs for one stack."""

    stack: str = Field(description="The canonical text.")
    differences: list[DifferenceOut]


@router.get(
    "/code",
    summary="Code",
    response_class=Response,
    responses={200: {"description": "A Python script.", "content": {PYTHON: {}}}, **problems(422, 503)},
)
async def get_code(request: Request, services: ServicesOf, query: Annotated[CodeQuery, Query()]) -> Response:
    """The stack as a Python script that runs by itself: its function `run` takes a picture of three channels
    and gives all stages, with the numbers that `/trace` has. Tensors of a network are read from its file.

    ```sh
    curl -g -o stack.py "http://127.0.0.1:8000/api/v1/code?stack=gray|conv(sobel_x,padding=same)|relu&framework=torch&height=64&width=64"
    ```
    """

    def work() -> bytes:
        script = write(services.explorer.parse(query.stack), query.framework, query.shape)
        return script.text.encode()

    body = await services.jobs.run(work, request)
    name = FILE.format(framework=query.framework)
    headers = {"Cache-Control": ASK_AGAIN, "Content-Disposition": f'inline; filename="{name}"'}
    return answer_bytes(request, body, PYTHON, headers)


@router.get(
    "/code/differences",
    summary="Differences between frameworks",
    response_model=DifferencesOut,
    responses=problems(422, 503),
)
async def get_differences(
    request: Request, services: ServicesOf, say: SayOf, query: Annotated[DifferencesQuery, Query()]
) -> Response:
    """What differs between PyTorch, Keras and NumPy for this very stack: layouts, orders of axes, paddings,
    defaults; in English or Spanish.

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/code/differences?stack=conv(box,stride=2,padding=same)|gelu&height=64&width=64&lang=en"
    ```
    """

    def work() -> DifferencesOut:
        stack = services.explorer.parse(query.stack)
        told = [
            DifferenceOut(
                code=one.code, layers=list(one.layers), text=say(f"code.differs_{one.code}", **one.params)
            )
            for one in differences(stack, query.shape)
        ]
        return DifferencesOut(stack=stack.text, differences=told)

    return answer_json(request, await services.jobs.run(work, request))
