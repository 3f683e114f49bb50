"""Templates: one environment, compiled once, with the page's language bound into `t`, `num` and `percent`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context

from app.i18n.catalogue import Catalogue, load_catalogue
from app.i18n.numbers import Language
from app.lessons.linking import Glossing

ROOT = Path(__file__).resolve().parents[2]
THEMES = ("light", "dark", "projector")
# texts that scripts say as the templates do
SAID_BY_BOTH = (
    "cell.bias", "cell.curve", "cell.kernel", "cell.patch", "cell.photo", "cell.place", "cell.products", "cell.result",
    "cell.sees", "cell.sees_one", "cell.sum", "course_shapes.after", "lab.close",
)  # fmt: skip
# beginnings of keys that one screen alone says
SAID_ON = {"js.net_": "network", "js.learning_": "lesson", "course_shapes.": "lesson"}
OPENED = "_opened"  # under this name every context finds the list of its page's contexts


class FixedTexts(Extension):
    """Puts the texts that need no values, as in ``t('lab.try')``, into a template when it is compiled.

    So they cost nothing when it is filled: of a page's texts they are most.
    """

    lang: Language = "en"

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Jinja's hook: read a template's tokens, give those to compile."""
        tokens, at = list(stream), 0
        while at < len(tokens):
            kinds = [token.type for token in tokens[at : at + 4]]
            if kinds == ["name", "lparen", "string", "rparen"] and tokens[at].value == "t":
                key = tokens[at + 2]
                yield Token(key.lineno, "string", load_catalogue().text(key.value, self.lang))
                at += 4
            else:
                yield tokens[at]
                at += 1


class EnglishTexts(FixedTexts):
    """The same in English."""


class SpanishTexts(FixedTexts):
    """The same in Spanish."""

    lang: Language = "es"


class PassingContext(Context):
    """What one page's templates see; emptied once the page is filled.

    A macro and the context that it was made in hold each other, and with them all that the page shows: at 512
    cells a side 15 MB, kept until Python next happens to look for such circles.
    """

    def __init__(self, environment: Environment, parent: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(environment, parent, *args, **kwargs)
        parent.get(OPENED, []).append(self)  # includes and imports inherit the page's list

    def empty(self) -> None:
        """Let go of everything."""
        self.parent = {}
        self.vars.clear()


@cache
def environment(lang: Language) -> Environment:
    """The templates of the product in a language; an undefined variable is an error."""
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        extensions=[EnglishTexts if lang == "en" else SpanishTexts],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # or every include asks the disk whether its file is new
    )
    made.context_class = PassingContext
    made.globals["asset"] = asset
    return made


@cache
def asset(path: str) -> str:
    """A static file's address, changing with its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((ROOT / "static" / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"


def render(template: str, lang: Language, values: Mapping[str, Any]) -> str:
    """Fill a template in a language."""
    opened: list[PassingContext] = []
    try:
        given = {**language_tools(lang), **values, OPENED: opened}
        return environment(lang).get_template(template).render(given)
    finally:
        for context in opened:
            context.empty()


def language_tools(lang: Language) -> dict[str, Any]:
    """What every template may call: texts, numbers and percentages in its language; `gloss` links terms once a page."""
    catalogue: Catalogue = load_catalogue()

    def t(key: str, /, **params: object) -> str:
        return catalogue.text(key, lang, **params)

    def num(value: float, digits: int | None = None) -> str:
        return catalogue.number(value, lang, digits)

    def percent(share: float, digits: int = 0) -> str:
        return catalogue.percent(share, lang, digits)

    def class_name(name: str) -> str:
        """A class in the language where it has a word there; the name itself of an uploaded network's."""
        key = f"classes.{name}"
        return catalogue.text(key, lang) if key in catalogue else name

    def num_text(text: str) -> str:
        """A number already written, such as ``.118``, with the language's decimal sign."""
        plain = text.replace("-", "−") if text[:1] == "-" else text
        return plain.replace(".", ",") if lang == "es" else plain

    tools = {"t": t, "num": num, "percent": percent, "num_text": num_text, "class_name": class_name}
    return {**tools, "gloss": Glossing(lang), "lang": lang}


def words(catalogue: Catalogue, lang: Language, screen: str) -> dict[str, str]:
    """The texts that the scripts of a screen (lab, network, lesson) say, by key, with their placeholders left in."""
    keys = catalogue.keys()
    said = [*sorted(key for key in keys if key.startswith("js.")), *SAID_BY_BOTH]
    elsewhere = tuple(start for start, only in SAID_ON.items() if only != screen)
    return {key: catalogue.template(key, lang) for key in said if not key.startswith(elsewhere)}
