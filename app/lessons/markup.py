"""A lesson's words as safe HTML: Markdown without raw HTML, terms in the colours of the picture, formulas as MathML.

``{kernel:the kernel}`` marks a term, ``$...$`` is a formula in the line; in LaTeX ``\\kernel{K}`` and the like.
"""

from __future__ import annotations

import re
from functools import cache

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

ROLES = {"kernel": "t-k", "field": "t-rf", "cell": "t-cell", "pad": "t-pad", "step": "t-step"}
_TERM = re.compile(r"\{(" + "|".join(ROLES) + r"):([^{}]*)\}")
_INLINE = re.compile(r"\$([^$\n]+)\$")
_MACRO = re.compile(r"\\(" + "|".join(ROLES) + r")\{")
_COLOUR = re.compile(r'<mstyle mathcolor="(' + "|".join(ROLES) + r')">')


@cache
def markdown(text: str) -> Markup:
    """Markdown as HTML; raw HTML in it is shown and not obeyed."""
    held: list[str] = []

    def hold(html: str) -> str:
        held.append(html)
        return f"\ue000{len(held) - 1}\ue001"  # private characters: Markdown leaves them alone

    prepared = _INLINE.sub(lambda found: hold(str(mathml(found[1]))), text)
    prepared = _TERM.sub(lambda found: hold(f'<b class="{ROLES[found[1]]}">{escape(found[2])}</b>'), prepared)
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(prepared)
    return Markup(re.sub("\ue000(\\d+)\ue001", lambda found: held[int(found[1])], html))


@cache
def mathml(latex: str, display: bool = False, says: str = "") -> Markup:
    """LaTeX as MathML, its marked terms with the classes of the picture's colours; `says` is the text alternative."""
    grouped = _MACRO.sub(lambda found: "{\\color{" + found[1] + "}{", latex)
    made = convert(_closed(grouped), display="block" if display else "inline")
    made = _COLOUR.sub(lambda found: f'<mstyle class="{ROLES[found[1]]}">', made)
    if says:
        made = made.replace("<math ", f'<math aria-label="{escape(says)}" ', 1)
    return Markup(made)


def _closed(latex: str) -> str:
    """Close the extra brace that every macro opened, where its own argument ends."""
    out, stack = [], []
    index = 0
    while index < len(latex):
        if latex.startswith("{\\color{", index):
            end = latex.index("}{", index) + 2
            out.append(latex[index:end])
            stack.append("macro")
            index = end
            continue
        char = latex[index]
        out.append(char)
        if char == "{":
            stack.append("plain")
        elif char == "}" and stack and stack.pop() == "macro":
            out.append("}")
        index += 1
    return "".join(out)
