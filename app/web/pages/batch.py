"""Several pictures at once: the batch axis, a label for each, and where the network is wrong or unsure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Self

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import QueryParams

from app.engine.batch import BatchRun, Passed
from app.engine.changes import CHANGES
from app.engine.network import Answer, Network
from app.explorer import Explorer
from app.explorer.batch import MOST, answer_batch, picture_png, read_picture
from app.i18n.numbers import format_number
from app.store.decode import decode
from app.store.samples import SAMPLES, find_sample
from app.web.addresses import encode
from app.web.api.bodies import read_files_form
from app.web.api.classify_schemas import FileClassifyBody
from app.web.deps import LanguageOf, ServicesOf
from app.web.images import serve
from app.web.pages.frame import page, spoken_time
from app.web.pages.network_state import NetworkState
from app.web.pages.network_view import version_query
from app.web.pages.query import language_in

router = APIRouter(include_in_schema=False)
PATTERNS = ("pattern(checkerboard,size=64)", "pattern(gradient,size=64)", "pattern(noise,size=64)")
SHIPPED = (*(sample.name for sample in SAMPLES), *PATTERNS)[:MOST]
VERDICTS = ("wrong", "unsure", "rightly_unsure", "right", "unknown")
ASKED = ("wrong", "unsure", "rightly_unsure")  # with a question to the class


@dataclass(frozen=True)
class BatchState:
    """What the page shows: pictures in the batch's order, or one picture `of` which every change is made."""

    images: tuple[str, ...] = SHIPPED
    of: str = ""
    network: str = ""
    lang: str = ""

    @classmethod
    def read(cls, query: QueryParams) -> Self:
        """The state that a query asks for; without pictures the shipped ones."""
        images = tuple(image for image in query.getlist("image") if image)
        return cls(images or SHIPPED, query.get("of", ""), query.get("network", ""), language_in(query))

    @property
    def items(self) -> list[tuple[str, str]]:
        """Picture and change of every place of the batch; one more than there may be is kept, to be refused."""
        if self.of:
            return [(self.of, change) for change in CHANGES]
        return [(image, "none") for image in self.images[: MOST + 1]]

    @property
    def back(self) -> str:
        """The network's screen with the first picture."""
        image = self.of or self.images[0]
        return NetworkState(image=image, network=self.network, lang=self.lang).url()

    def url(self, **changes: Any) -> str:
        """The page's address in this state, with changes."""
        state = replace(self, **changes)
        pairs = [("of", state.of)] if state.of else []
        if not state.of and state.images != SHIPPED:
            pairs = [("image", image) for image in state.images]
        pairs += [("network", state.network), ("lang", state.lang)]
        return "/batch?" + "&".join(encode({name: value}) for name, value in pairs if value)


@dataclass(frozen=True)
class Item:
    """One picture of the batch with its answer; `kind` is what a shipped one shows."""

    n: int
    image: str
    change: str
    answer: Answer
    kind: str
    verdict: str
    picture: str
    network_url: str
    changes_url: str

    @property
    def shipped(self) -> bool:
        return find_sample(self.image) is not None

    @property
    def question(self) -> str:
        """The key of what to ask the class about it; empty where the network has no trouble with it."""
        if self.verdict not in ASKED:
            return ""
        if self.change != "none":
            return "batch.question_changed"
        return f"questions.{self.image}" if self.shipped else "batch.question_drawn"


def judged(kind: str, said: Answer) -> str:
    """Whether an answer is right, for a picture that is known to show `kind`."""
    if not kind:
        return "unknown"
    if said.reason:
        return "unsure" if kind in ("cat", "dog") else "rightly_unsure"
    return "right" if said.label == kind or (kind == "both") else "wrong"


@router.get("/batch")
async def batch(request: Request, services: ServicesOf, lang: LanguageOf) -> Response:
    """The batch that the address describes."""
    state = BatchState.read(request.query_params)

    def work() -> Response:
        explorer = services.explorer
        network = explorer.network(state.network or None)
        pictures = [
            read_picture(explorer, explorer.photo(image), network, change, explorer.traces)
            for image, change in state.items
        ]
        found = answer_batch(explorer, pictures, network)
        items = [_item(explorer, state, network, n, said) for n, said in enumerate(found.answers)]
        values: dict[str, Any] = {
            "state": state,
            "network": network,
            "items": items,
            "groups": grouped(items),
            "stages": changing(found.batch),
            "size": lambda shape: format_number(_product(shape), lang, 0),
            "samples": SAMPLES,
            "patterns": PATTERNS,
            "most": MOST,
            "megabytes": services.limits.max_bytes // 1_000_000,
            "kept": spoken_time(services.settings.photo_lifetime_s),
        }
        return page(request, "batch/page.html", lang, "network", lambda code: state.url(lang=code), values)

    return await services.jobs.run(work, request)


@router.post("/batch")
async def upload(request: Request, services: ServicesOf) -> Response:
    """Store the photos of a plain form and show them as one batch; none is kept when one cannot be read."""
    _, files = await read_files_form(request, FileClassifyBody, MOST)

    def keep() -> list[str]:
        pictures = [decode(data, limits=services.limits) for data in files]
        return [services.store.add(picture).image for picture in pictures]

    images = tuple(await services.jobs.run(keep))
    state = BatchState(images=images, lang=language_in(request.query_params))
    return RedirectResponse(state.url(), status_code=303)


@router.get("/batch/read.png")
async def read(request: Request, services: ServicesOf) -> Response:
    """A picture as the network reads it, changed."""
    query = request.query_params
    image, change, name = query.get("image", ""), query.get("change", "none"), query.get("network") or None
    return await serve(
        request, services, image, lambda: picture_png(services.explorer, image, change, name), "image/png"
    )


def grouped(items: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    """The items by their verdict, what gives trouble first."""
    ordered = sorted(items, key=lambda item: VERDICTS.index(item.verdict))
    return [(verdict, list(part)) for verdict, part in groupby(ordered, key=lambda item: item.verdict)]


def changing(run: BatchRun) -> list[Passed]:
    """The stages at which the batch has another shape than before."""
    return [
        stage
        for before, stage in zip((None, *run.stages), run.stages, strict=False)
        if before is None or before.shape != stage.shape
    ]


def _item(explorer: Explorer, state: BatchState, network: Network, n: int, said: Answer) -> Item:
    image, change = state.items[n]
    kind = _kind(image) if network.calibrated else ""  # an upload may have other classes
    net = NetworkState(image=image, network=state.network, lang=state.lang)
    query: Mapping[str, str] = {**version_query(net, network), "change": change}
    return Item(
        n=n,
        image=image,
        change=change,
        answer=said,
        kind=kind,
        verdict=judged(kind, said),
        picture=f"/batch/read.png?{encode(dict(query))}",
        network_url=net.url(),
        changes_url=state.url(of=image),
    )


def _kind(image: str) -> str:
    """What a picture is known to show; empty for anybody's own."""
    if sample := find_sample(image):
        return sample.kind
    return "neither" if image.startswith("pattern(") else ""


def _product(shape: Sequence[int]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total
