"""Reads the texts from `texts/*.toml`, checks them on loading and hands them out by key and language."""

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.i18n.numbers import LANGUAGES, Language, format_number, format_percent, format_value

TEXTS = Path(__file__).parent / "texts"
_FORMATTER = string.Formatter()


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
