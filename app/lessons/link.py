"""A lesson that stands in an address alone: a teacher's link with stack, steps, hidden controls and a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.domain.errors import UserError
from app.engine.reading import FITS
from app.layers.base import Tensors
from app.layers.registry import parse_stack
from app.lessons.hiding import Labels, hidden_controls
from app.lessons.linked_question import PACKED, pack_question, unpack_question
from app.lessons.model import EVERY, Lesson, Option, Question, Scene, Step, Text
from app.lessons.reader import LARGEST, SMALLEST

SLUG = "own"
MOST_STEPS, MOST_WRONG = 8, 4
LONGEST = 600  # characters of a sentence
FIRST_PICTURE, FIRST_LINE = "cat-chelsea", "gray|conv(sobel_x)"
# names of the address: those of a lesson's own state are other ones, so that the learner's changes stand beside
QUESTION = ("ask", "right", *(f"wrong{n}" for n in range(1, MOST_WRONG + 1)), "why")
NAMES = (
    "title", "text", "picture", "line", "cells", "fit", "hide",
    *(f"say{n}" for n in range(1, MOST_STEPS + 1)), *(f"show{n}" for n in range(1, MOST_STEPS + 1)), *QUESTION,
)  # fmt: skip


def link_words(query: Mapping[str, str]) -> dict[str, str]:
    """What an address fills in of `NAMES`; what stands in plain words goes before what is packed.

    Raises
    ------
    UserError
        `link_question_unread`.
    """
    plain = {name: text for name in NAMES if (text := query.get(name, "").replace("\r\n", "\n").strip())}
    return unpack_question(query.get(PACKED, ""), QUESTION) | plain


def link_query(words: Mapping[str, str]) -> dict[str, str]:
    """The shortest address of what is filled in: nothing empty, the question packed.

    Raises
    ------
    UserError
        `link_question_long`.
    """
    query = {name: words[name] for name in NAMES if words.get(name) and name not in QUESTION}
    packed = pack_question({name: words[name] for name in QUESTION if words.get(name)})
    return query | ({PACKED: packed} if packed else {})


def linked_lesson(given: Mapping[str, str], tensors: Tensors, labels: Labels | None = None) -> Lesson:
    """The lesson that an address describes; its words are in one language, whichever the page speaks.

    ``say1``, ``show1`` … are the steps' sentences and stacks (an empty one keeps the stack before); ``hide`` names
    controls, parted by commas, by their name or one of the `labels`; ``ask``, ``right``, ``wrong1`` … and ``why``
    make the question.

    Raises
    ------
    UserError
        `link_no_title`, `link_too_long`, `link_size`, `unknown_fit`, `hide_unknown`, `link_no_question`,
        `link_question`, `link_step_unsaid`, or a fault in a stack.
    """
    words = {name: given.get(name, "").strip() for name in NAMES}
    for name, text in words.items():
        if len(text) > LONGEST and name != "line" and not name.startswith("show"):
            raise UserError("link_too_long", name=name, limit=LONGEST)
    if not words["title"]:
        raise UserError("link_no_title")
    scene = _scene(words, labels or {})
    parse_stack(scene.stack, tensors)
    return Lesson(
        slug=SLUG,
        number=0,
        title=_both(words["title"]),
        idea=_both(words["text"]),
        scenes=(scene,),
        steps=_steps(words, scene, tensors),
        question=_question(words),
        lab=scene,
    )


def _both(words: str) -> Text:
    return {"en": words, "es": words}


def _scene(words: Mapping[str, str], labels: Labels) -> Scene:
    cells = words["cells"] or "64"
    if not (cells.isascii() and cells.isdecimal() and SMALLEST <= int(cells[:5]) <= LARGEST):
        raise UserError("link_size", value=cells[:20], low=SMALLEST, high=LARGEST)
    fit = words["fit"] or ("keep" if words["picture"].startswith(("grid(", "pattern(")) else "crop")
    if fit not in FITS:
        raise UserError("unknown_fit", value=fit[:20], choices=", ".join(FITS))
    hidden = hidden_controls((one for one in words["hide"].split(",") if one.strip()), labels)
    return Scene(
        stack=words["line"] or FIRST_LINE,
        image=words["picture"] or FIRST_PICTURE,
        size=int(cells),
        fit=fit,
        controls=(EVERY,),
        hidden=hidden,
    )


def _steps(words: Mapping[str, str], scene: Scene, tensors: Tensors) -> tuple[Step, ...]:
    found: list[Step] = []
    for number in range(1, MOST_STEPS + 1):
        if not (says := words[f"say{number}"]):
            if words[f"show{number}"]:
                raise UserError("link_step_unsaid", step=number)
            continue
        scene = replace(scene, stack=words[f"show{number}"] or scene.stack)
        parse_stack(scene.stack, tensors)
        found.append(Step(_both(says), scene))
    return tuple(found)


def _question(words: Mapping[str, str]) -> Question | None:
    wrong = [words[f"wrong{n}"] for n in range(1, MOST_WRONG + 1) if words[f"wrong{n}"]]
    if not words["ask"]:
        if any(words[name] for name in QUESTION):
            raise UserError("link_no_question")
        return None
    if not words["right"] or not wrong or words["right"] in wrong or len(set(wrong)) < len(wrong):
        raise UserError("link_question")
    answers = sorted([words["right"], *wrong], key=_in_order)
    options = tuple(
        Option(_both(text), _both(words["why"] or words["right"]), right=text == words["right"])
        for text in answers
    )
    return Question(_both(words["ask"]), options)


def _in_order(text: str) -> tuple[float, str]:
    """Numbers by size, then words by the alphabet: the place tells nothing of what is right."""
    try:
        return float(text.replace(",", ".")), ""
    except ValueError:
        return float("inf"), text.casefold()
