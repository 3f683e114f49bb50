"""Challenges: their list, and the check of an answer."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.explorer.challenges import CHALLENGES, Challenge, challenge
from app.explorer.challenges.catalogue import HINTS
from app.web.api.answers import answer_json, problems
from app.web.api.bodies import content_type, read_json, unread
from app.web.deps import SayOf, ServicesOf
from app.web.language import Say

router = APIRouter(tags=["course"])


class ChallengeOut(BaseModel):
    """A task: the names of what is given, and its hints from weak to strong."""

    name: str = Field(description="What the call takes that checks an answer.")
    title: str = Field(description="In words.")
    task: str = Field(description="What to do, in a sentence.")
    lesson: str = Field(description="The lesson that it belongs to.")
    fields: list[str] = Field(description="What to give, of the fields of that call.")
    hints: list[str] = Field(description="From weak to strong.")


class ChallengesOut(BaseModel):
    """All of them."""

    challenges: list[ChallengeOut]


class AnswerBody(BaseModel):
    """What a learner gives: a stack, a kernel's nine numbers, or a patch on a photo."""

    model_config = ConfigDict(extra="forbid")

    stack: str = Field("", max_length=4000, examples=["gray|conv(sobel_y)"])
    kernel: str = Field("", max_length=400, examples=["1,2,3;4,5,6;7,8,9"])
    which: int = Field(1, ge=1, le=999, description="Number of the hidden kernel.")
    sent: int = Field(0, ge=0, le=999, description="Pictures sent to it so far.")
    image: str = Field("", max_length=200)
    top: int = Field(0, ge=0, le=112)
    left: int = Field(0, ge=0, le=112)
    rows: int = Field(1, ge=1, le=112)
    cols: int = Field(1, ge=1, le=112)


class FindingOut(BaseModel):
    """One thing that was looked at."""

    code: str = Field(description="Its stable name, for programs.")
    holds: bool = Field(description="Whether the answer does this.")
    says: str = Field(description="The finding in a sentence.")
    numbers: dict[str, float] = Field(description="What the sentence tells, as numbers.")


class VerdictOut(BaseModel):
    """Won or not; a medal where the task has them, given for the score."""

    won: bool = Field(description="Whether all findings hold.")
    medal: str = Field(description="bronze, silver or gold; empty without one.")
    score: float | None = Field(description="What the medal is given for; null where the task has none.")
    findings: list[FindingOut] = Field(description="What was looked at.")


@router.get("/challenges", summary="List the challenges", response_model=ChallengesOut)
async def list_challenges(request: Request, say: SayOf) -> Response:
    """The tasks with their hints, in the language of Accept-Language.

    ```sh
    curl http://127.0.0.1:8000/api/v1/challenges
    ```
    """
    return answer_json(request, ChallengesOut(challenges=[_out(one, say) for one in CHALLENGES]))


@router.post(
    "/challenges/{name}",
    summary="Check an answer",
    response_model=VerdictOut,
    responses=problems(404, 422, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": AnswerBody.model_json_schema()}},
        }
    },
)
async def check(request: Request, services: ServicesOf, say: SayOf, name: str) -> Response:
    """Compute what was given and say what it does.

    ```sh
    curl -H "Content-Type: application/json" -d '{"stack": "gray|conv(sobel_y)"}' \\
      http://127.0.0.1:8000/api/v1/challenges/horizontal_edges
    ```
    """
    if content_type(request) != "application/json":
        raise unread(request, "application/json")
    body, task = await read_json(request, AnswerBody), challenge(name)
    given = {field: str(value) for field, value in body.model_dump().items() if field in task.fields}

    def work() -> VerdictOut:
        found = task.check(services.explorer, given)
        told = [
            FindingOut(
                code=one.code,
                holds=one.holds,
                says=say(f"challenge_found.{one.code}", **one.numbers),
                numbers=dict(one.numbers),
            )
            for one in found.findings
        ]
        return VerdictOut(
            won=found.won, medal=found.medal if found.won else "", score=found.score, findings=told
        )

    return answer_json(request, await services.jobs.run(work, request))


def _out(task: Challenge, say: Say) -> ChallengeOut:
    key = f"challenges.{task.name}"
    return ChallengeOut(
        name=task.name,
        title=say(f"{key}.title"),
        task=say(f"{key}.task"),
        lesson=task.lesson,
        fields=list(task.fields),
        hints=[say(f"{key}.hint_{n}") for n in range(1, HINTS + 1)],
    )
