"""Reads the texts from `texts/*.toml`, checks them on loading and hands them out by key and language."""

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from app.i18n.numbers import LANGUAGES, Language, format_number, format_percent, format_value

TEXTS = Path(__file__).parent / "texts"
_FORMATTER = string.Formatter()

# Keys put together while running, `errors.<code>` and the like: no scan of the sources finds their last
# part, so each group has a test of its own that compares it with what the program registers.
DYNAMIC_PREFIXES: tuple[str, ...] = (
    "api.status_",
    "attribution.",  # a method's title, says, says_not; check_<name>
    "batch.change_",  # what is done to a picture: mirrored, gray ...
    "batch.verdict_",  # wrong, unsure, right ...
    "challenge_found.",  # what a check looked at
    "challenges.",  # a challenge's title, task, hint_<n>; medal_<name>; its fields by name
    "choices.",  # of a layer's parameter: padding=same ...
    "classes.",  # of the cat/dog network
    "code.differs_",  # between frameworks: layout, kernel_order ...
    "code.fact_",  # about the frameworks, each with its source
    "code.framework_",
    "code.measured_",  # a row of the comparison
    "colors.",
    "course_angles.",  # settings by name, lines of the chart
    "course_compare.",  # settings by name, panels, steps, columns
    "course_counts.",  # settings by name, presets, layers
    "course_frequency.",  # real, imaginary: the two parts of a response
    "course_growth.",  # settings by name; line_<choice>
    "course_learning.demo_",  # hand, stack: what is propagated through; says_ the same
    "course_learning.note_",  # how an entry comes about
    "course_learning.pair_",  # the picture that a kernel is learned from
    "course_learning.picture_",  # before, after, now
    "course_learning.rule_",
    "course_learning.says_",
    "course_learning.start_",
    "course_learning.table_",  # V, K, Z, T, G, g, h
    "course_shapes.class_",  # what is drawn: ring, square, plus; triangle and others that it never saw
    "course_shapes.part_",  # of the cat/dog network
    "course_signal.wave_",  # the signal that is smoothed
    "course_stages.",  # settings by name, stages, columns
    "course_toeplitz.",  # settings by name with their choices
    "errors.",
    "fits.",
    "js.",
    "kernel_families.",
    "kernel_params.",
    "kernels.",
    "label.",
    "layer_groups.",
    "layers.",
    "looks.",
    "mattered.plot_",  # of a check that has curves
    "network.colour_",  # of the photo: red, green, blue
    "network.hint_",  # of a level
    "network.over_",  # a way to show what mattered
    "notation_expected.",  # a code in `expected`: value, layer_end ...
    "notices.",  # what happened to an upload: turned, shrunk ...
    "params.",
    "presets.",
    "questions.",  # to the class, about a sample
    "sample_kinds.",
    "samples.",
    "scopes.",
    "site.theme_",
    "tour.says_",  # of a step
    "tour.title_",
    "teacher.key_",
)


class MissingTextError(LookupError):
    """A key, a language or a parameter that a text needs is not there: a fault of the program."""


@dataclass(frozen=True)
class Entry:
    """One text in both languages, with the names of its placeholders; `plain` where it has none."""

    texts: Mapping[Language, str]
    placeholders: frozenset[str]
    plain: Mapping[Language, str]


class Catalogue:
    """All texts of the program by dotted key."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = dict(entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def keys(self) -> frozenset[str]:
        """Return every key."""
        return frozenset(self._entries)

    def placeholders(self, key: str) -> frozenset[str]:
        """Return the names of the parameters that the text takes."""
        return self._entry(key).placeholders

    def template(self, key: str, language: Language) -> str:
        """Return the text with its placeholders unfilled: for scripts, which fill them in themselves."""
        return self._entry(key).texts[language]

    def text(self, key: str, language: Language, /, **params: object) -> str:
        """Return the text with `{name}` replaced by the parameters, written the language's way.

        Parameters that the text has no place for are left out, so that one error can serve texts of
        differing detail. Raises MissingTextError for an unknown key or a parameter not given.
        """
        entry = self._entry(key)
        if not entry.placeholders:
            return entry.plain[language]  # most of a page
        missing = entry.placeholders - params.keys()
        if missing:
            raise MissingTextError(f"{key} needs {', '.join(sorted(missing))}")
        written = {name: format_value(params[name], language) for name in entry.placeholders}
        return entry.texts[language].format(**written)

    def markup(self, key: str, language: Language, /, **params: object) -> Markup:
        """Return the text as HTML: its own tags stay, what the parameters bring is escaped."""
        entry = self._entry(key)
        missing = entry.placeholders - params.keys()
        if missing:
            raise MissingTextError(f"{key} needs {', '.join(sorted(missing))}")
        written = {name: _safe(params[name], language) for name in entry.placeholders}
        return Markup(entry.texts[language]).format(**written)  # nosec B704  # our own text; `_safe` escapes the rest

    def number(self, value: float, language: Language, digits: int | None = None) -> str:
        """Write a number for reading, see `numbers.format_number`."""
        return format_number(value, language, digits)

    def percent(self, share: float, language: Language, digits: int = 0) -> str:
        """Write a share of one as per cent, see `numbers.format_percent`."""
        return format_percent(share, language, digits)

    def _entry(self, key: str) -> Entry:
        try:
            return self._entries[key]
        except KeyError:
            raise MissingTextError(key) from None


@cache
def load_catalogue(folder: Path = TEXTS) -> Catalogue:
    """Read every file of the folder; raises ValueError naming the key of a faulty entry."""
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.toml")):
        for key, texts in _leaves(tomllib.loads(path.read_text(encoding="utf-8")), ""):
            if key in entries:
                raise ValueError(f"{path.name}: {key} stands in another file too")
            entries[key] = _entry_of(key, texts)
    return Catalogue(entries)


def _leaves(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Walk the nested tables down to those that hold texts."""
    if prefix and any(not isinstance(value, dict) for value in table.values()):
        yield prefix, table
        return
    for name, value in table.items():
        if not isinstance(value, dict):
            raise ValueError(f"{name} stands outside of a table")
        yield from _leaves(value, f"{prefix}.{name}" if prefix else name)


def _entry_of(key: str, texts: Mapping[str, object]) -> Entry:
    """Check one entry: exactly the languages, no empty text, the same placeholders in each."""
    if set(texts) != set(LANGUAGES):
        raise ValueError(f"{key} has {', '.join(texts)} instead of {', '.join(LANGUAGES)}")
    checked: dict[Language, str] = {}
    for language in LANGUAGES:
        text = texts[language]
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{key} has no text in {language}")
        checked[language] = text
    found = [_placeholders(key, checked[language]) for language in LANGUAGES]
    if any(names != found[0] for names in found):
        raise ValueError(f"{key} has different placeholders: {' / '.join(str(sorted(n)) for n in found)}")
    plain = {} if found[0] else {language: text.format() for language, text in checked.items()}
    return Entry(checked, found[0], plain)


def _placeholders(key: str, text: str) -> frozenset[str]:
    """Return the names in braces; only plain names, so that texts cannot reach into objects."""
    names = set()
    for _, name, spec, conversion in _FORMATTER.parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{key}: {{{name}}} is not a plain name")
        names.add(name)
    return frozenset(names)


def _safe(value: object, language: Language) -> Markup:
    """Escape a parameter, unless it is HTML already."""
    return value if isinstance(value, Markup) else escape(format_value(value, language))
