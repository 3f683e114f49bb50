"""The glossary: the course's terms in both languages, found by any of their names, accents and case ignored."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from app.lessons.model import Text

FILE = Path(__file__).parent / "glossary.yaml"


@dataclass(frozen=True)
class Term:
    """A term with its meaning; `also` are other words by which it is found, `forms` those that texts link to it."""

    slug: str
    word: Text
    says: Text
    also: tuple[str, ...]
    forms: Mapping[str, tuple[str, ...]]


@cache
def glossary() -> tuple[Term, ...]:
    """Every term, in the order of the file."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(
        Term(
            row["slug"],
            row["word"],
            row["says"],
            tuple(row["also"]),
            {language: tuple(forms) for language, forms in row["forms"].items()},
        )
        for row in rows
    )


def search(text: str, language: str) -> tuple[Term, ...]:
    """The terms that a text finds, in the order of a language's words; all of them for an empty text.

    Names in both languages and the words in `also` count by any part, then meanings in the language asked for.
    """
    wanted = folded(text)
    ordered = sorted(glossary(), key=lambda term: folded(term.word[language]))
    named = [
        term for term in ordered if any(wanted in folded(one) for one in (*term.word.values(), *term.also))
    ]
    told = [term for term in ordered if term not in named and wanted in folded(term.says[language])]
    return (*named, *told)


def folded(text: str) -> str:
    """A text without accents, case and outer blanks."""
    plain = unicodedata.normalize("NFKD", text.casefold().strip())
    return "".join(one for one in plain if not unicodedata.combining(one))
