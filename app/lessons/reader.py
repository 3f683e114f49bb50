"""Takes a lesson's parts out of its file's mapping; what is wrong is told with its line and reason."""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.errors import NotationError, UserError
from app.engine.reading import FITS
from app.layers.base import Tensors
from app.layers.registry import parse_stack
from app.lessons.arithmetic import Expression
from app.lessons.hiding import Labels, hidden_controls
from app.lessons.marked import Marked
from app.lessons.markup import MarkupError, mathml
from app.lessons.model import OWN_PHOTO, Fault, Formula, Option, Question, Scene, Step, Text, View
from app.lessons.rounds import FACTS, Round, Rule

LANGUAGES = ("en", "es")
SMALLEST, LARGEST = 8, 512
OPTION = ("text", "says", "right", "belief", "scene")
SCENE_NAMES = ("stack", "image", "size", "fit", "at", "controls", "hide", "caption")
VALUE: Text = {"en": "{value}", "es": "{value}"}


class LessonError(Exception):
    """A lesson's file that cannot be used."""

    def __init__(self, file: Path, error: UserError, line: int = 1) -> None:
        super().__init__(f"{file.name}, line {line}: {error}")
        self.fault = Fault(f"{file.parent.name}/{file.name}", line, error)


class Reader:
    """Reads parts of one file; with `loose` a text in one language stands for both."""

    def __init__(
        self, file: Path, tensors: Tensors | None, loose: bool = False, labels: Labels | None = None
    ) -> None:
        self._file, self._tensors, self._loose, self._labels = file, tensors, loose, labels or {}

    def fail(self, data: Mapping[str, Any], name: str, code: str, **params: Any) -> LessonError:
        line = data.line_of(name) if isinstance(data, Marked) else 1
        return LessonError(self._file, UserError(code, name=name, **params), line)

    def only(self, data: Mapping[str, Any], known: tuple[str, ...]) -> None:
        """Refuse names that nobody reads: a slip would otherwise pass unseen."""
        for name in data:
            if name not in known:
                raise self.fail(data, name, "lesson_unknown_name", known=", ".join(known))

    def string(self, data: Mapping[str, Any], name: str) -> str:
        value = data.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(data, name, "lesson_text_needed")
        return value

    def whole(self, data: Mapping[str, Any], name: str, usual: int | None = None) -> int:
        value = data.get(name, usual)
        if not isinstance(value, int) or isinstance(value, bool) or value < (1 if usual is None else 0):
            raise self.fail(data, name, "lesson_whole_needed")
        return value

    def text(self, data: Mapping[str, Any], name: str, usual: Text | None = None) -> Text:
        value = data.get(name)
        if value is None and usual is not None:
            return usual
        if self._loose and isinstance(value, str | int | float) and not isinstance(value, bool):
            return dict.fromkeys(LANGUAGES, str(value))
        if not isinstance(value, dict) or any(not isinstance(value.get(one), str) for one in LANGUAGES):
            raise self.fail(data, name, "lesson_languages")
        return {language: value[language] for language in LANGUAGES}

    def mapping(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = data.get(name)
        if not isinstance(value, dict):
            raise self.fail(data, name, "lesson_mapping_needed")
        return value

    def items(self, data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        value = data.get(name)
        if not isinstance(value, list) or not value or any(not isinstance(one, dict) for one in value):
            raise self.fail(data, name, "lesson_list_needed")
        return value

    def words(self, data: Mapping[str, Any], name: str) -> tuple[str, ...]:
        """A list of words, or one word alone."""
        value = data.get(name, ())
        listed = value if isinstance(value, list | tuple) else [value]
        if any(isinstance(one, dict | list) or one is None for one in listed):
            raise self.fail(data, name, "lesson_words_needed")
        return tuple(str(one) for one in listed)

    def texts(self, data: Mapping[str, Any], name: str) -> tuple[Text, ...]:
        """A list of texts, or one alone; a plain one is the same in both languages."""
        value = data.get(name, ())
        listed = value if isinstance(value, list | tuple) else [value]
        if any(isinstance(one, list | bool) or one is None for one in listed):
            raise self.fail(data, name, "lesson_words_needed")
        spoken = [one if isinstance(one, dict) else dict.fromkeys(LANGUAGES, str(one)) for one in listed]
        if any(
            set(one) != set(LANGUAGES) or not all(isinstance(t, str) for t in one.values()) for one in spoken
        ):
            raise self.fail(data, name, "lesson_languages")
        return tuple(spoken)

    def scene(self, data: Mapping[str, Any], usual: Scene | None = None) -> Scene:
        """A scene; what it leaves out is that of `usual`."""
        stack = data.get("stack", usual.stack if usual else None)
        if not isinstance(stack, str):
            raise self.fail(data, "stack", "lesson_stack_missing")
        try:
            parse_stack(stack, self._tensors)
        except NotationError as error:
            raise self.fail(data, "stack", "lesson_stack", stack=stack, refusal=error) from error
        size = self.whole(data, "size", usual.size if usual else 64)
        if not SMALLEST <= size <= LARGEST:
            raise self.fail(data, "size", "lesson_size", low=SMALLEST, high=LARGEST)
        fit = str(data.get("fit", usual.fit if usual else "crop"))
        if fit not in FITS:
            raise self.fail(data, "fit", "lesson_choice", choices=", ".join(FITS))
        at = str(data.get("at", ""))
        if at and not (at.count(".") == 3 and at.replace(".", "").isdecimal()):
            raise self.fail(data, "at", "lesson_place")
        return Scene(
            stack=stack,
            image=str(data.get("image", usual.image if usual else OWN_PHOTO)),
            size=size,
            fit=fit,
            at=at,
            controls=self.words(data, "controls") if "controls" in data or not usual else usual.controls,
            hidden=self._hidden(data) if "hide" in data or not usual else usual.hidden,
            caption=self.text(data, "caption") if "caption" in data else None,
        )

    def _hidden(self, data: Mapping[str, Any]) -> tuple[str, ...]:
        try:
            return hidden_controls(self.words(data, "hide"), self._labels)
        except UserError as error:
            raise self.fail(data, "hide", error.code, **error.params) from error

    def lone_scene(self, data: Mapping[str, Any], usual: Scene | None = None) -> Scene:
        """A scene that is a mapping of its own."""
        self.only(data, SCENE_NAMES)
        return self.scene(data, usual)

    def steps(self, data: Mapping[str, Any], usual: Scene) -> tuple[Step, ...]:
        """The ordered steps; each scene begins as the one before it ended."""
        found: list[Step] = []
        for one in self.items(data, "steps") if "steps" in data else []:
            self.only(one, ("says", *SCENE_NAMES))
            usual = self.scene(one, usual)
            found.append(Step(self.text(one, "says"), usual))
        return tuple(found)

    def formulas(self, data: Mapping[str, Any]) -> tuple[Formula, ...]:
        return tuple(
            Formula(self._latex(one), self.text(one, "says"))
            for one in (self.items(data, "formulas") if "formulas" in data else [])
        )

    def _latex(self, data: Mapping[str, Any]) -> str:
        latex = self.string(data, "latex")
        try:
            mathml(latex)
        except MarkupError as error:
            raise self.fail(data, "latex", "lesson_formula", problem=str(error)) from error
        return latex

    def views(
        self, data: Mapping[str, Any], known: Mapping[str, Mapping[str, tuple[str, ...]]]
    ) -> tuple[View, ...]:
        """Extra views: a name, or a mapping of its `name` and its options; one, or several in a list."""
        value = data.get("view", [])
        return tuple(self._view(data, one, known) for one in (value if isinstance(value, list) else [value]))

    def _view(
        self, data: Mapping[str, Any], value: Any, known: Mapping[str, Mapping[str, tuple[str, ...]]]
    ) -> View:
        given = value if isinstance(value, dict) else {"name": value}
        name = str(given.get("name", ""))
        if name not in known:
            raise self.fail(data, "view", "lesson_choice", choices=", ".join(known))
        options = {str(key): str(chosen) for key, chosen in given.items() if key != "name"}
        for key, chosen in options.items():
            if chosen not in known[name].get(key, ()):
                choices = "; ".join(f"{one}: {', '.join(all_of)}" for one, all_of in known[name].items())
                option = f"{key}: {chosen}"
                raise self.fail(data, "view", "lesson_view_option", view=name, option=option, choices=choices)
        return View(name, options)

    def question(self, data: Mapping[str, Any], usual: Scene) -> Question:
        self.only(data, ("text", "options", "again"))
        options = tuple(self._option(one) for one in self.items(data, "options"))
        self._one_right(data, [option.right for option in options])
        again = self._again(self.mapping(data, "again"), usual) if "again" in data else None
        return Question(self.text(data, "text"), options, again)

    def _option(self, data: Mapping[str, Any]) -> Option:
        self.only(data, OPTION)
        return self._option_of(data, self.text(data, "text"), self.text(data, "says"))

    def _option_of(
        self, data: Mapping[str, Any], text: Text, says: Text, usual: Scene | None = None
    ) -> Option:
        scene = self.lone_scene(self.mapping(data, "scene"), usual) if "scene" in data else None
        right = data.get("right", False) in (True, "yes")
        return Option(text, says, right, str(data.get("belief", "")), scene)

    def _one_right(self, data: Mapping[str, Any], right: list[bool]) -> None:
        if sum(right) != 1 or len(right) < 2:
            raise self.fail(data, "options", "lesson_one_right")

    def _again(self, data: Mapping[str, Any], usual: Scene) -> Round:
        self.only(data, ("layer", "settings", "let", "text", "options"))
        given = data.get("settings", {})
        if not isinstance(given, dict) or not all(isinstance(value, int | float) for value in given.values()):
            raise self.fail(data, "settings", "lesson_numbers_needed")
        known = {*FACTS, *given}
        named: list[tuple[str, Expression]] = []
        for name in self.mapping(data, "let") if "let" in data else ():
            named.append((name, self._arithmetic(data["let"], name, known)))
            known.add(name)
        rules = tuple(self._rule(one, known, usual) for one in self.items(data, "options"))
        self._one_right(data, [rule.option.right for rule in rules])
        text = self._template(data, "text", known)
        return Round(text, rules, self.whole(data, "layer", 0), dict(given), tuple(named))

    def _rule(self, data: Mapping[str, Any], known: set[str], usual: Scene) -> Rule:
        self.only(data, ("is", *OPTION))
        own = {*known, "value"}
        value = self._arithmetic(data, "is", known)
        text, says = self._template(data, "text", own, VALUE), self._template(data, "says", own)
        return Rule(value, self._option_of(data, text, says, usual))

    def _arithmetic(self, data: Mapping[str, Any], name: str, known: set[str]) -> Expression:
        text = str(data.get(name, ""))
        try:
            found = Expression.read(text)
        except ValueError as error:
            raise self.fail(data, name, "lesson_arithmetic", text=text, problem=str(error)) from error
        if strange := found.names - known:
            raise self.fail(data, name, "lesson_number_unknown", strange=", ".join(sorted(strange)))
        return found

    def _template(
        self, data: Mapping[str, Any], name: str, known: set[str], usual: Text | None = None
    ) -> Text:
        text = self.text(data, name, usual)
        for words in text.values():
            try:
                used = {part[1] for part in string.Formatter().parse(words) if part[1] is not None}
            except ValueError as error:
                raise self.fail(data, name, "lesson_arithmetic", text=words, problem=str(error)) from error
            if strange := used - known:
                raise self.fail(data, name, "lesson_number_unknown", strange=", ".join(sorted(strange)))
        return text
