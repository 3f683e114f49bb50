"""Links the first occurrence of each of the glossary's terms in a page's texts to its entry."""

from __future__ import annotations

import re
from functools import cache

from markupsafe import Markup, escape

from app.lessons.glossary import Term, glossary

_TAG = re.compile(r"(<[^>]+>)")
_NAME = re.compile(r"</?([a-z0-9]+)")
_LEFT_ALONE = frozenset(("a", "code", "math", "svg", "button", "h1", "h2", "h3", "th", "script"))
_MARKED = re.compile(r'<b class="t-')  # a word in the colour of the picture: always the field's term
_VOID = frozenset(("br", "hr", "img", "input"))


class Glossing:
    """One page's links: each term once, at its first occurrence, in the page's language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._linked: set[str] = set()

    def __call__(self, text: str) -> Markup:
        """A text, or HTML that was made here, with its terms linked."""
        out: list[str] = []
        closed = marked = 0  # how deep in elements whose words stay, or are terms by their colour
        depth_marked: list[bool] = []
        for piece in _TAG.split(str(escape(text))):
            if not piece.startswith("<"):
                out.append(piece if closed else self._linking(piece, bool(marked)))
                continue
            out.append(piece)
            found = _NAME.match(piece)
            name = found[1] if found else ""
            if name in _VOID or piece.endswith("/>"):
                continue
            step = -1 if piece.startswith("</") else 1
            closed += step * (name in _LEFT_ALONE)
            if name == "b":
                if step > 0:
                    depth_marked.append(bool(_MARKED.match(piece)))
                    marked += depth_marked[-1]
                elif depth_marked:
                    marked -= depth_marked.pop()
        return Markup("".join(out))  # nosec B704  # escaped above, unless it was made here

    def _linking(self, words: str, is_marked: bool) -> str:
        pattern, terms = _forms(self._language, is_marked)

        def link(found: re.Match[str]) -> str:
            term = terms[found[0].casefold()]
            if term.slug in self._linked:
                return found[0]
            self._linked.add(term.slug)
            address = f"/glossary?lang={self._language}#{term.slug}"
            return (
                f'<a class="term" href="{address}" title="{escape(term.says[self._language])}"'
                f' hx-boost="false" data-term>{found[0]}</a>'
            )

        return pattern.sub(link, words)


@cache
def _forms(language: str, is_marked: bool) -> tuple[re.Pattern[str], dict[str, Term]]:
    """Every form of a language as one pattern, the longest first; a marked word also counts as the term itself."""
    terms = {
        form.casefold(): term
        for term in glossary()
        for form in (*term.forms[language], *((term.word[language],) if is_marked else ()))
    }
    words = "|".join(re.escape(form) for form in sorted(terms, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE), terms
