"""Reads lessons from folders; a bad file is reported and left out.

A lesson is a folder NN-slug/{lesson.yaml, es.md, en.md}, or one small file of a teacher: name.yaml, or name.md with
YAML between two lines of ``---`` at its head.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.domain.errors import UserError
from app.layers.base import Tensors
from app.lessons.hiding import Labels
from app.lessons.marked import Marked, MarkedError, read_marked
from app.lessons.model import BLANK, EVERY, Fault, Lesson, Scene, Text
from app.lessons.reader import LANGUAGES, SCENE_NAMES, LessonError, Reader

BUILT_IN = Path(__file__).parent / "content"
DEEPER = "\n---\n"  # in a lesson's Markdown: the idea stands before, the deeper note behind
FENCE = "---"
LARGEST_FILE = 200_000  # bytes
WHOLE_LESSON = (
    "minutes", "title", "lead", "goal", "scenes", "steps", "formulas", "question", "claim", "test", "lab",
    "sources", "view",
)  # fmt: skip
SMALL_LESSON = (
    "title", "minutes", "lead", "goal", "idea", "deeper", "steps", "question", "sources", *SCENE_NAMES,
)  # fmt: skip
# by name: a view's options with their choices, the usual one first
VIEWS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "signal": {},
    "frequency": {},
    "growth": {},
    "counts": {},
    "stages": {},
    "angles": {},
    "compare": {"law": ("equivariance", "invariance")},
    "toeplitz": {},
    "learning": {},
    "shapes": {},
    "tensor": {},
    "code": {},
}


@dataclass(frozen=True)
class Course:
    """The lessons in order, and what could not be read."""

    lessons: tuple[Lesson, ...]
    faults: tuple[Fault, ...] = ()

    def find(self, slug: str) -> Lesson | None:
        """A lesson by the end of its address."""
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)


def load_course(
    folders: Iterable[Path], tensors: Tensors | None = None, labels: Labels | None = None
) -> Course:
    """Read every lesson of some folders, in the order of their names; a later folder's lessons follow.

    `labels` may stand for the names of controls that are hidden.
    """
    lessons: list[Lesson] = []
    faults: list[Fault] = []
    for folder in folders:
        try:
            found = sorted(folder.iterdir())
        except OSError as error:
            faults.append(Fault(str(folder), 1, UserError("lesson_unreadable", problem=error.strerror or "")))
            continue
        for path in found:
            try:
                if (path / "lesson.yaml").is_file():
                    lesson = read_lesson(path, len(lessons) + 1, tensors, labels)
                elif path.suffix in (".yaml", ".yml", ".md") and path.is_file():
                    lesson = read_small(path, len(lessons) + 1, tensors, labels)
                else:
                    continue
                if any(other.slug == lesson.slug for other in lessons):
                    raise LessonError(path, UserError("lesson_twice", name=lesson.slug))
                lessons.append(lesson)
            except LessonError as error:
                faults.append(error.fault)
    return Course(tuple(lessons), tuple(faults))


def read_lesson(
    folder: Path, number: int, tensors: Tensors | None = None, labels: Labels | None = None
) -> Lesson:
    """Read one lesson of three files, in both languages.

    Raises
    ------
    LessonError
        With file, line and reason.
    """
    file = folder / "lesson.yaml"
    data = _mapping(file, _words(file))
    reader = Reader(file, tensors, labels=labels)
    reader.only(data, WHOLE_LESSON)
    notes = {language: _notes(folder / f"{language}.md") for language in LANGUAGES}
    scenes = tuple(reader.lone_scene(one) for one in reader.items(data, "scenes"))
    return Lesson(
        slug=slug_of(folder.name),
        number=number,
        minutes=reader.whole(data, "minutes"),
        title=reader.text(data, "title"),
        lead=reader.text(data, "lead"),
        goal=reader.text(data, "goal"),
        idea={language: idea for language, (idea, _) in notes.items()},
        scenes=scenes,
        steps=reader.steps(data, scenes[0]),
        formulas=reader.formulas(data),
        question=reader.question(reader.mapping(data, "question"), scenes[0]),
        claim=reader.text(data, "claim"),
        test=str(data.get("test", "")),
        deeper={language: deeper for language, (_, deeper) in notes.items()},
        lab=reader.lone_scene(reader.mapping(data, "lab")),
        sources=reader.texts(data, "sources"),
        views=reader.views(data, VIEWS),
    )


def read_small(
    file: Path, number: int, tensors: Tensors | None = None, labels: Labels | None = None
) -> Lesson:
    """Read a teacher's lesson of one file: a title and a stack are enough.

    Raises
    ------
    LessonError
        With file, line and reason.
    """
    words, body, first = _words(file), "", 1
    if file.suffix == ".md":
        words, body, first = _front(file, words)
    data = _mapping(file, words, first)
    reader = Reader(file, tensors, loose=True, labels=labels)
    reader.only(data, SMALL_LESSON)
    idea, _, deeper = body.partition(DEEPER)
    scene = reader.scene(
        data, Scene("", controls=(EVERY,)) if "steps" in data and "stack" not in data else None
    )
    if "controls" not in data:
        scene = replace(scene, controls=(EVERY,))
    return Lesson(
        slug=slug_of(file.stem),
        number=number,
        minutes=reader.whole(data, "minutes", 0),
        title=reader.text(data, "title"),
        lead=reader.text(data, "lead", BLANK),
        goal=reader.text(data, "goal", BLANK),
        idea=_either(reader.text(data, "idea", BLANK), idea),
        scenes=(scene,),
        steps=reader.steps(data, scene),
        question=reader.question(reader.mapping(data, "question"), scene) if "question" in data else None,
        deeper=_either(reader.text(data, "deeper", BLANK), deeper),
        lab=scene,
        sources=reader.texts(data, "sources"),
    )


def slug_of(name: str) -> str:
    """The end of a lesson's address: its file's name without the number before it, in plain small letters."""
    number, _, rest = name.partition("-")
    kept = rest if number.isdecimal() and rest else name
    return (
        "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in kept.lower()).split())[:80] or "-"
    )


def _either(text: Text, body: str) -> Text:
    return {language: words or body.strip() for language, words in text.items()}


def _words(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise LessonError(file, UserError("lesson_too_large", limit=LARGEST_FILE))
        return file.read_text(encoding="utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise LessonError(file, UserError("lesson_unreadable", problem="UTF-8")) from error
    except OSError as error:
        raise LessonError(file, UserError("lesson_unreadable", problem=error.strerror or "")) from error


def _front(file: Path, words: str) -> tuple[str, str, int]:
    """(the YAML at the head of a Markdown file, what follows it, the line on which the YAML begins)."""
    lines = words.split("\n")
    if lines[0].strip() != FENCE or FENCE not in (line.strip() for line in lines[1:]):
        raise LessonError(file, UserError("lesson_no_head"))
    end = next(at for at, line in enumerate(lines[1:], 1) if line.strip() == FENCE)
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), 2


def _mapping(file: Path, words: str, first: int = 1) -> Mapping[str, Any]:
    try:
        data = read_marked(words, first)
    except MarkedError as error:
        raise LessonError(file, UserError("lesson_yaml", problem=error.problem), error.line) from error
    if not isinstance(data, Marked):
        raise LessonError(file, UserError("lesson_no_mapping"))
    return data


def _notes(file: Path) -> tuple[str, str]:
    idea, _, deeper = _words(file).partition(DEEPER)
    if not idea.strip():
        raise LessonError(file, UserError("lesson_idea_missing"))
    return idea.strip(), deeper.strip()
