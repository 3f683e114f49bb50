"""Learnings: asked for, listened to step by step, paused, cancelled, deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from app.engine.learning.descent import MAX_STEPS
from app.explorer.learnings import begin
from app.store.learnings import Learning
from app.web.addresses import API
from app.web.api.answers import problems
from app.web.api.bodies import check, content_type, one_of, read_json, unread
from app.web.api.learnings_schemas import LearningBody, LearningChange, LearningOut
from app.web.deps import SayOf, Services, ServicesOf
from app.web.learning_stream import HEADERS, LearningStream

router = APIRouter(tags=["learnings"])
EVENTS = "text/event-stream"
_STREAM = {
    200: {
        "content": {EVENTS: {}},
        "description": "Events `start`, `step`, `state` and one `end`, each with JSON and the step as its id.",
    },
    **problems(404, 410, 422, 503),
}


@router.post(
    "/learnings",
    status_code=201,
    summary="Start learning",
    response_model=LearningOut,
    responses=problems(404, 410, 415, 422, 503),
    openapi_extra=one_of(LearningBody),
)
async def post_learning(request: Request, services: ServicesOf) -> Response:
    """Asks for one kernel to be learned from a picture before and after, or for a small network to be trained
    on drawn shapes. It runs while somebody listens to its events, and goes a minute after the last one left.

    ```sh
    curl -H "Content-Type: application/json" -d '{"kernel": "sobel_x", "rate": 0.4, "steps": 100}' \\
      http://127.0.0.1:8000/api/v1/learnings
    curl -H "Content-Type: application/json" \\
      -d '{"image": "cat-chelsea", "target": "gray|conv(emboss,stride=2)", "stride": 2, "momentum": 0.9}' \\
      http://127.0.0.1:8000/api/v1/learnings
    curl -H "Content-Type: application/json" -d '{"learn": "shapes", "seed": 1, "steps": 300}' \\
      http://127.0.0.1:8000/api/v1/learnings
    ```
    """
    if content_type(request) != "application/json":
        raise unread(request, "application/json")
    body = await read_json(request, LearningBody)
    question = body.question()

    def work() -> Learning:
        begin(services.explorer, question)  # what cannot be learned is told now and not to the listener
        return services.learnings.add(body.model_dump(exclude_unset=True, exclude={"state"}), body.state)

    made = await services.jobs.run(work, request)
    return _answer(services, made, 201, Location=f"{API}/learnings/{made.id}")


@router.get(
    "/learnings/{id}",
    summary="A learning",
    response_model=LearningOut,
    responses=problems(404, 410, 503),
)
async def get_learning(request: Request, services: ServicesOf, id: str) -> Response:
    """What was asked for, and whether it is to run, to wait or to end.

    ```sh
    curl -H "Content-Type: application/json" -d '{"kernel": "sobel_x"}' \\
      http://127.0.0.1:8000/api/v1/learnings > made.json
    curl http://127.0.0.1:8000/api/v1/learnings/$(jq -r .id made.json)
    ```
    """
    return _answer(services, await services.jobs.run(lambda: services.learnings.find(id), request))


@router.get(
    "/learnings/{id}/events", summary="Learn, step by step", response_class=Response, responses=_STREAM
)
async def get_events(
    request: Request,
    services: ServicesOf,
    say: SayOf,
    id: str,
    after: Annotated[int, Query(ge=0, le=MAX_STEPS, description="Tell from behind this step on.")] = 0,
    last_event_id: Annotated[str, Header(max_length=20)] = "",
) -> Response:
    """Runs the learning and tells it as server-sent events. `step` holds all losses since the last event and
    the kernel as it is now, for shapes the first kernels, the counted fresh pictures and the shares of `unseen`
    and of the `shape` that was given; `end` says why: done, lost (the loss grew without end), cancelled, time.
    A browser that lost the connection goes on where it was.

    ```sh
    curl -H "Content-Type: application/json" -d '{"kernel": "sobel_x", "steps": 100}' \\
      http://127.0.0.1:8000/api/v1/learnings > made.json
    curl -N http://127.0.0.1:8000/api/v1/learnings/$(jq -r .id made.json)/events
    ```
    """
    found = await services.jobs.run(lambda: services.learnings.listen(id), request)
    body = check(LearningBody, dict(found.question))
    question = body.question()
    if last_event_id.isdecimal():
        after = min(int(last_event_id), MAX_STEPS)
    services.streams.check()
    run = await services.jobs.run(lambda: begin(services.explorer, question), request)
    stream = LearningStream(id, body.pace, services.learnings, services.streams, services.jobs, say)
    return StreamingResponse(stream.events(run, after), media_type=EVENTS, headers=HEADERS)


@router.patch(
    "/learnings/{id}",
    summary="Pause, go on, cancel",
    response_model=LearningOut,
    responses=problems(404, 410, 415, 422, 503),
    openapi_extra=one_of(LearningChange),
)
async def patch_learning(request: Request, services: ServicesOf, id: str) -> Response:
    """Lets a learning pause, run on or end; whoever listens is told.

    ```sh
    curl -H "Content-Type: application/json" -d '{"kernel": "box"}' \\
      http://127.0.0.1:8000/api/v1/learnings > made.json
    curl -X PATCH -H "Content-Type: application/json" -d '{"state": "paused"}' \\
      http://127.0.0.1:8000/api/v1/learnings/$(jq -r .id made.json)
    ```
    """
    if content_type(request) != "application/json":
        raise unread(request, "application/json")
    change = await read_json(request, LearningChange)
    return _answer(
        services, await services.jobs.run(lambda: services.learnings.ask(id, change.state), request)
    )


@router.delete(
    "/learnings/{id}", status_code=204, summary="Delete a learning", responses=problems(404, 410, 503)
)
async def delete_learning(request: Request, services: ServicesOf, id: str) -> Response:
    """Ends a learning and forgets it.

    ```sh
    curl -H "Content-Type: application/json" -d '{"learn": "shapes"}' \\
      http://127.0.0.1:8000/api/v1/learnings > made.json
    curl -X DELETE http://127.0.0.1:8000/api/v1/learnings/$(jq -r .id made.json)
    ```
    """
    await services.jobs.run(lambda: services.learnings.delete(id), request)
    return Response(status_code=204)


def _answer(services: Services, learning: Learning, status: int = 200, **headers: str) -> Response:
    ends = services.learnings.end(learning, services.learnings.now())
    body = LearningOut(
        id=learning.id,
        state=learning.asked,
        question=dict(learning.question),
        events_url=f"{API}/learnings/{learning.id}/events",
        expires=datetime.fromtimestamp(ends, UTC).isoformat(timespec="seconds"),
    )
    sent = {"Cache-Control": "no-store", **headers}
    return Response(body.model_dump_json(), status_code=status, headers=sent, media_type="application/json")
