"""Two scenes compared: the numbers of their difference, and its picture."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from app import __version__
from app.engine.compare import Numbers
from app.explorer import Scene
from app.explorer.comparison import Compared, Pair, compare_scenes, difference_picture, difference_scale
from app.store.sources import SourceCard
from app.web.addresses import API, encode
from app.web.api import schemas
from app.web.api.answers import answer_json, problems
from app.web.api.attribution_schemas import ColoursOut
from app.web.deps import SayOf, ServicesOf
from app.web.images import answer_bytes, cache_control
from app.web.language import Say

router = APIRouter(tags=["comparison"])


class CompareQuery(schemas.SceneQuery):
    """Two photos with a stack each, at one working size."""

    other_image: schemas.Image | None = Field(None, description="The second photo; the same if left out.")
    other_stack: schemas.StackText | None = Field(None, description="The second stack; the same if left out.")
    stage: schemas.Index | None = Field(None, description="Of both stacks; the last of each if left out.")
    other_stage: schemas.Index | None = Field(None, description="Of the second stack, where it is another.")
    channel: schemas.Index | None = Field(None, description="One map; all if left out.")

    def pair(self) -> Pair:
        """The scenes as the explorer takes them."""
        other_image = self.image if self.other_image is None else self.other_image
        other_stack = self.stack if self.other_stack is None else self.other_stack
        other = Scene(other_image, other_stack, self.size, self.fit)
        return Pair(self.scene(), other, self.stage, self.other_stage, self.channel)


class NumbersOut(BaseModel):
    """Of some cells, how they differ."""

    cells: int = Field(description="How many are compared.")
    differing: int = Field(description="Cells whose difference is more than float32's rounding.")
    max: float = Field(description="The largest size of a difference.")
    mean: float = Field(description="The mean size of the differences.")


class CompareOut(NumbersOut):
    """The difference of two stages, first less second."""

    stack: str = Field(description="The first stack in its canonical text.")
    other_stack: str = Field(description="The second.")
    stage: int = Field(description="Stage of the first; 0 is the input.")
    other_stage: int = Field(description="Stage of the second.")
    shape: tuple[int, int, int] = Field(description="Channels, rows, columns of the difference.")
    inside: NumbersOut = Field(description="Only cells whose fields touch a border in neither stack.")
    size: float = Field(description="The mean size of the first stage's cells, to measure by.")
    other_size: float = Field(description="The same of the second.")
    tolerance: float = Field(description="Up to this a difference is float32's rounding.")
    scale: ColoursOut
    map_url: str = Field(description="The difference as PNG, one pixel a cell.")
    says: list[str] = Field(description="The comparison in sentences.")


@router.get(
    "/compare",
    summary="Two stacks compared",
    response_model=CompareOut,
    responses=problems(404, 410, 422, 503),
)
async def get_compare(
    request: Request, services: ServicesOf, say: SayOf, query: Annotated[CompareQuery, Query()]
) -> Response:
    """The difference between two stages: shift and then convolve, or convolve and then shift?

    ```sh
    curl -g "http://127.0.0.1:8000/api/v1/compare?image=cat-chelsea&size=64&fit=crop&stack=gray|shift(0,5)|conv(sobel_x,padding=same)&other_stack=gray|conv(sobel_x,padding=same)|shift(0,5)"
    ```
    """

    def work(cancelled: object) -> CompareOut:
        assert callable(cancelled)
        return _out(query, compare_scenes(services.explorer, query.pair(), cancelled), say)

    return answer_json(request, await services.jobs.run_cancellable(work, request))


@router.get(
    "/compare.png",
    summary="A difference as picture",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "One pixel a cell."},
        **problems(404, 410, 422, 503),
    },
)
async def compare_png(
    request: Request, services: ServicesOf, query: Annotated[CompareQuery, Query()]
) -> Response:
    """The difference in colours diverging about 0; several maps stand on one sheet.

    ```sh
    curl -g -o difference.png "http://127.0.0.1:8000/api/v1/compare.png?image=cat-chelsea&size=64&stack=gray|rotate(90)|conv(sobel_x)&other_stack=gray|conv(sobel_x)|rotate(90)&fit=crop"
    ```
    """

    def work(cancelled: object) -> tuple[SourceCard, bytes]:
        assert callable(cancelled)
        pair, sources = query.pair(), services.explorer.sources
        cards = [sources.describe(scene.image) for scene in (pair.first, pair.second)]
        soonest = min(cards, key=lambda card: float("inf") if card.expires is None else card.expires)
        return soonest, difference_picture(services.explorer, pair, cancelled)

    card, body = await services.jobs.run_cancellable(work, request)
    return answer_bytes(request, body, "image/png", {"Cache-Control": cache_control(card)})


def _out(query: CompareQuery, answer: Compared, say: Say) -> CompareOut:
    found = answer.found
    channels, rows, cols = found.difference.shape
    scale = difference_scale(found.whole.max)
    return CompareOut(
        **_numbers_out(found.whole).model_dump(),
        stack=answer.trace.stack.text,
        other_stack=answer.other.stack.text,
        stage=answer.stage,
        other_stage=answer.other_stage,
        shape=(channels, rows, cols),
        inside=_numbers_out(found.inner),
        size=found.size,
        other_size=found.other_size,
        tolerance=found.tolerance,
        scale=ColoursOut(low=scale.low, high=scale.high, colors=scale.colors),
        map_url=_map_url(query, answer),
        says=_told(found.whole, found.inner, say),
    )


def _numbers_out(numbers: Numbers) -> NumbersOut:
    return NumbersOut(cells=numbers.cells, differing=numbers.differing, max=numbers.max, mean=numbers.mean)


def _told(whole: Numbers, inner: Numbers, say: Say) -> list[str]:
    if not whole.differing:
        return [say("comparison.says_same", cells=whole.cells)]
    told = [
        say("comparison.says_differ", differing=whole.differing, cells=whole.cells, max=_short(whole.max))
    ]
    if not inner.cells:
        told.append(say("comparison.says_no_inside"))
    elif not inner.differing:
        told.append(say("comparison.says_inside_same", cells=inner.cells))
    else:
        told.append(
            say(
                "comparison.says_inside_differ",
                differing=inner.differing,
                cells=inner.cells,
                max=_short(inner.max),
            )
        )
    return told


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _map_url(query: CompareQuery, answer: Compared) -> str:
    pair = query.pair()
    asked = {
        "image": pair.first.image,
        "stack": answer.trace.stack.text,
        "other_image": pair.second.image,
        "other_stack": answer.other.stack.text,
        "stage": str(answer.stage),
        "other_stage": str(answer.other_stage),
        **({} if query.channel is None else {"channel": str(query.channel)}),
        "size": str(query.size),
        "fit": query.fit,
        "v": __version__,
    }
    return f"{API}/compare.png?{encode(asked)}"
