"""Reads lessons from folders: NN-slug/{lesson.yaml, es.md, en.md}; a bad file is reported and left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from app.domain.errors import NotationError
from app.layers.base import Tensors
from app.layers.registry import parse_stack
from app.lessons.model import OWN_PHOTO, Fault, Formula, Lesson, Option, Question, Scene, Text, View

LANGUAGES = ("en", "es")
BUILT_IN = Path(__file__).parent / "content"
DEEPER = "\n---\n"  # in a lesson's Markdown: the idea stands before, the deeper note behind
# by name: a view's options with their choices, the usual one first
VIEWS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "signal": {},
    "frequency": {},
    "growth": {},
    "learning": {},
    "tensor": {},
    "code": {},
}


class LessonError(Exception):
    """A lesson's file that cannot be used."""

    def __init__(self, file: Path, reason: str, line: int = 1) -> None:
        super().__init__(f"{file.name}, line {line}: {reason}")
        self.fault = Fault(f"{file.parent.name}/{file.name}", line, reason)


@dataclass(frozen=True)
class Course:
    """The lessons in order, and what could not be read."""

    lessons: tuple[Lesson, ...]
    faults: tuple[Fault, ...] = ()

    def find(self, slug: str) -> Lesson | None:
        """A lesson by the end of its address."""
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)


def load_course(folders: Iterable[Path], tensors: Tensors | None = None) -> Course:
    """Read every lesson of some folders, in the order of their names; a later folder's lessons follow."""
    lessons: list[Lesson] = []
    faults: list[Fault] = []
    for folder in folders:
        for path in sorted(found for found in folder.iterdir() if (found / "lesson.yaml").is_file()):
            try:
                lessons.append(read_lesson(path, len(lessons) + 1, tensors))
            except LessonError as error:
                faults.append(error.fault)
    return Course(tuple(lessons), tuple(faults))


def read_lesson(folder: Path, number: int, tensors: Tensors | None = None) -> Lesson:
    """Read one lesson.

    Raises
    ------
    LessonError
        With file, line and reason.
    """
    file = folder / "lesson.yaml"
    node, data = _yaml(file)
    reader = _Reader(file, node, tensors)
    notes = {language: _notes(folder / f"{language}.md") for language in LANGUAGES}
    number_text, _, slug = folder.name.partition("-")
    return Lesson(
        slug=slug if number_text.isdecimal() and slug else folder.name,
        number=number,
        minutes=reader.whole(data, "minutes"),
        title=reader.text(data, "title"),
        lead=reader.text(data, "lead"),
        goal=reader.text(data, "goal"),
        idea={language: idea for language, (idea, _) in notes.items()},
        scenes=tuple(reader.scene(one) for one in reader.items(data, "scenes")),
        formulas=tuple(
            Formula(reader.string(one, "latex"), reader.text(one, "says"))
            for one in reader.items(data, "formulas")
        ),
        question=reader.question(reader.mapping(data, "question")),
        claim=reader.text(data, "claim"),
        test=str(data.get("test", "")),
        deeper={language: deeper for language, (_, deeper) in notes.items()},
        lab=reader.scene(reader.mapping(data, "lab")),
        sources=tuple(str(one) for one in data.get("sources", ())),
        views=tuple(reader.view(one) for one in reader.listed(data.get("view", []))),
    )


def _yaml(file: Path) -> tuple[yaml.Node, Mapping[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LessonError(file, str(error.problem), line) from error
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(file, str(error)) from error
    if node is None or not isinstance(data, dict):
        raise LessonError(file, "a lesson is a mapping of names to values")
    return node, data


def _notes(file: Path) -> tuple[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(file, f"cannot be read: {error}") from error
    idea, _, deeper = text.partition(DEEPER)
    if not idea.strip():
        raise LessonError(file, "the idea is missing: write it above a line with ---")
    return idea.strip(), deeper.strip()


class _Reader:
    """Takes values out of a lesson's mapping; what is wrong is told with its line."""

    def __init__(self, file: Path, node: yaml.Node, tensors: Tensors | None) -> None:
        self._file, self._node, self._tensors = file, node, tensors

    def fail(self, name: str, reason: str) -> LessonError:
        return LessonError(self._file, f"{name}: {reason}", _line_of(self._node, name))

    def string(self, data: Mapping[str, Any], name: str) -> str:
        value = data.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(name, "a text is needed")
        return value

    def whole(self, data: Mapping[str, Any], name: str) -> int:
        value = data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.fail(name, "a whole number from 1 is needed")
        return value

    def text(self, data: Mapping[str, Any], name: str) -> Text:
        value = data.get(name)
        if not isinstance(value, dict) or any(not isinstance(value.get(one), str) for one in LANGUAGES):
            raise self.fail(name, "it needs en and es")
        return {language: value[language] for language in LANGUAGES}

    def mapping(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = data.get(name)
        if not isinstance(value, dict):
            raise self.fail(name, "it is missing, or no mapping")
        return value

    def items(self, data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        value = data.get(name)
        if not isinstance(value, list) or not value or any(not isinstance(one, dict) for one in value):
            raise self.fail(name, "a list of mappings is needed")
        return value

    def listed(self, value: Any) -> list[Any]:
        """One view, or several in a list."""
        return value if isinstance(value, list) else [value]

    def view(self, value: Any) -> View:
        """A view's name, or a mapping of its `name` and its options."""
        given = value if isinstance(value, dict) else {"name": value}
        name = str(given.get("name", ""))
        if name not in VIEWS:
            raise self.fail("view", f"{name} is none of {', '.join(VIEWS)}")
        options = {str(key): str(chosen) for key, chosen in given.items() if key != "name"}
        for key, chosen in options.items():
            if chosen not in VIEWS[name].get(key, ()):
                known = "; ".join(f"{one}: {', '.join(choices)}" for one, choices in VIEWS[name].items())
                raise self.fail(
                    "view", f"{key}: {chosen} is no option of {name}, which has {known or 'none'}"
                )
        return View(name, options)

    def scene(self, data: Mapping[str, Any]) -> Scene:
        stack = data.get("stack")
        if not isinstance(stack, str):
            raise self.fail("stack", "a scene needs a stack, which may be empty text")
        try:
            parse_stack(stack, self._tensors)
        except NotationError as error:
            raise self.fail("stack", f"{stack}: {error.code} at {error.position}") from error
        known = {"stack", "image", "size", "fit", "at", "controls", "caption"}
        if unknown := set(data) - known:
            raise self.fail("stack", f"a scene has no {', '.join(sorted(unknown))}")
        return Scene(
            stack=stack,
            image=str(data.get("image", OWN_PHOTO)),
            size=int(data.get("size", 64)),
            fit=str(data.get("fit", "crop")),
            at=str(data.get("at", "")),
            controls=tuple(str(one) for one in data.get("controls", ())),
            caption=self.text(data, "caption") if "caption" in data else None,
        )

    def question(self, data: Mapping[str, Any]) -> Question:
        options = tuple(
            Option(
                text=self.text(one, "text"),
                says=self.text(one, "says"),
                right=bool(one.get("right", False)),
                belief=str(one.get("belief", "")),
                scene=self.scene(self.mapping(one, "scene")) if "scene" in one else None,
            )
            for one in self.items(data, "options")
        )
        if sum(option.right for option in options) != 1:
            raise self.fail("options", "exactly one option is right")
        return Question(self.text(data, "text"), options)


def _line_of(node: yaml.Node, name: str) -> int:
    """The line of the first key of this name, from 1; that of the whole where there is none."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return int(key.start_mark.line) + 1
            if (found := _line_of(value, name)) > 1:
                return found
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if (found := _line_of(item, name)) > 1:
                return found
    return 1
