"""Which language an answer speaks: the address's `lang`, then Accept-Language, then the operator's choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from app.domain.errors import UserError
from app.i18n import LANGUAGES, Language, load_catalogue, negotiate


class Say(Protocol):
    """A catalogue lookup in one language."""

    def __call__(self, key: str, /, **params: object) -> str: ...


def language_of(query: Mapping[str, str], headers: Mapping[str, str], default: Language) -> Language:
    """The language of an answer."""
    for language in LANGUAGES:
        if query.get("lang") == language:
            return language
    return negotiate(headers.get("accept-language"), default)


def say_in(language: Language) -> Say:
    """The catalogue, bound to a language."""
    catalogue = load_catalogue()

    def say(key: str, /, **params: object) -> str:
        return catalogue.text(key, language, **params)

    return say


def say_fault(error: UserError, say: Say) -> str:
    """The catalogue's sentence for a fault; what it holds as codes is spelled out first."""
    params = dict(error.params)
    if "expected" in params:
        params["expected"] = say(f"notation_expected.{params['expected']}")
    if isinstance(inner := params.get("refusal"), UserError):
        params["reason"] = say_fault(inner, say)
    if params.get("found") == "":
        params["found"] = say("notation_expected.end")
    if "owner" in params and (called := _label_of(str(params.get("name")), say)):
        params["name"] = f"{params['name']} ({called})"
    for bound, infinite in (("low", "−∞"), ("high", "∞")):
        if bound in params and params[bound] is None:
            params[bound] = infinite
    return say(f"errors.{error.code}", **params)


def _label_of(parameter: str, say: Say) -> str:
    """What the pages call a parameter of the notation, where that is another word."""
    label = next((say(key) for key in label_keys(parameter)), "")
    return "" if label == parameter else label


def label_keys(parameter: str) -> tuple[str, ...]:
    """Where the catalogue has the labels of a parameter: of layers, of kernels."""
    keys = (f"{table}.{parameter}.title" for table in ("params", "kernel_params"))
    return tuple(key for key in keys if key in load_catalogue())
