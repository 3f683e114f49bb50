"""What any answer to hostile input has to be: one of the known statuses, in time, a sentence where it refuses."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from app.i18n import load_catalogue

SECONDS = 5.0
REFUSALS = {400, 403, 404, 405, 410, 413, 415, 422, 503}
_RAW = re.compile(r"\b(?:errors|api|notation_expected|notices)\.\w")


def timed(send: Callable[[], Any], what: str = "") -> Any:
    """The answer, which must come in time; a busy machine may take longer once, a hang takes longer again."""
    for _ in range(2):
        start = time.perf_counter()
        answer = send()
        seconds = time.perf_counter() - start
        if seconds < SECONDS:
            return answer
    raise AssertionError(f"{what}: {seconds:.1f} s twice")


def check(answer: Any, accepted: tuple[int, ...] = (200, 201, 204, 303, 304)) -> None:
    """Accepted, or refused with a sentence."""
    assert answer.status_code in accepted or answer.status_code in REFUSALS, (
        answer.status_code,
        answer.text[:300],
    )
    if answer.status_code < 400:
        return
    if answer.headers["content-type"].startswith("text/html"):
        said = re.findall(r'role="alert"[^>]*>\s*(?:<[^>]*>\s*)*([^<]*)', answer.text)
        assert any(" " in sentence for sentence in said), said
        assert not any(_RAW.search(sentence) for sentence in said), said
        return
    assert "application/problem+json" == answer.headers["content-type"]
    body = answer.json()
    assert answer.status_code == body["status"]
    check_sentence(body)


def check_sentence(body: dict[str, Any]) -> None:
    """The detail is a text of the catalogue filled in: a sentence, with no key and no placeholder left."""
    detail, code = body["detail"], body["code"]
    assert f"errors.{code}" in load_catalogue(), code
    assert " " in detail, detail
    assert code not in detail.split(), detail
    own = load_catalogue().template(f"errors.{code}", "en")
    assert own[-1] in ".?!)}", own  # or the user's own word at the end
    if not re.search(r"\{(?!limit)", own):  # nothing of the user's stands in it
        assert not _RAW.search(detail), detail
        assert "{" not in detail, detail


def both_languages(send: Callable[[str], Any]) -> None:
    """The same refusal, in Spanish and in English, in different words."""
    spoken = {language: send(language) for language in ("es", "en")}
    for language, answer in spoken.items():
        assert language == answer.headers["content-language"]
        check_sentence(answer.json())
    english, spanish = spoken["en"].json(), spoken["es"].json()
    assert english["code"] == spanish["code"]
    assert english["detail"] != spanish["detail"]
