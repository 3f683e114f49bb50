"""A lesson's words as safe HTML: Markdown without raw HTML, terms in the colours of the picture, formulas as MathML.

``{kernel:the kernel}`` marks a term, ``$...$`` is a formula in the line; in LaTeX ``\\kernel{K}`` and the like.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from xml.etree import ElementTree  # nosec B405  # it writes, and reads nothing

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

ROLES = {"kernel": "t-k", "field": "t-rf", "cell": "t-cell", "pad": "t-pad", "step": "t-step"}
_TERM = re.compile(r"\{(" + "|".join(ROLES) + r"):([^{}]*)\}")
_INLINE = re.compile(r"\$([^$\n]+)\$")
_MACRO = re.compile(r"\\(" + "|".join(ROLES) + r")\{")
_TAG = re.compile("<[^>]*>")
_HELD = re.compile("\ue000(\\d+)\ue001")
_PRIVATE = {0xE000: None, 0xE001: None}
_RELATIONS, _WIDE = frozenset("=≤∝→←↔"), ("1em", "2em")  # where a formula may be broken
_LARGEST = 2_000  # characters of a formula; the converter calls itself for every brace
# What a formula may consist of: MathML Core's elements, and attributes that neither lead elsewhere nor run.
_ELEMENTS = frozenset((
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "merror", "mpadded",
    "mphantom", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "none",
    "mtable", "mtr", "mtd", "menclose",
))  # fmt: skip
_ATTRIBUTES = frozenset((
    "xmlns", "display", "displaystyle", "scriptlevel", "mathvariant", "mathcolor", "mathbackground", "mathsize",
    "stretchy", "fence", "separator", "form", "lspace", "rspace", "symmetric", "largeop", "movablelimits", "minsize",
    "maxsize", "accent", "accentunder", "linethickness", "width", "height", "depth", "voffset", "columnalign",
    "rowalign", "columnspacing", "rowspacing", "columnlines", "rowlines", "frame", "framespacing", "notation",
))  # fmt: skip


class MarkupError(ValueError):
    """A formula that cannot be read, or that holds what no formula needs."""


@cache
def markdown(text: str) -> Markup:
    """Markdown as HTML; raw HTML in it is shown and not obeyed, and so is a formula that cannot be read."""
    held: list[str] = []

    def hold(html: str) -> str:
        held.append(html)
        return f"\ue000{len(held) - 1}\ue001"  # private characters: Markdown leaves them alone

    prepared = _INLINE.sub(lambda found: hold(_inline(found[1])), text.translate(_PRIVATE))
    prepared = _TERM.sub(lambda found: hold(f'<b class="{ROLES[found[1]]}">{escape(found[2])}</b>'), prepared)
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(prepared)
    html = _TAG.sub(lambda tag: _HELD.sub("", tag[0]), html)  # a link's title takes no marks
    whole = _HELD.sub(lambda found: held[int(found[1])], html)
    return Markup(whole)  # nosec B704  # markdown-it escapes, what is held is made here


def _inline(latex: str) -> str:
    try:
        return str(mathml(latex))
    except MarkupError:
        return f"<code>{escape(latex)}</code>"


@cache
def mathml(latex: str, display: bool = False, says: str = "") -> Markup:
    """LaTeX as MathML, its marked terms with the classes of the picture's colours; `says` is the text alternative.

    A formula on a line of its own comes in pieces, so that a narrow page can break it as print does.

    Raises
    ------
    MarkupError
        For LaTeX that cannot be read, is too long, or makes more than a formula, such as a link.
    """
    if len(latex) > _LARGEST:
        raise MarkupError(f"> {_LARGEST}")
    grouped = _MACRO.sub(lambda found: "{\\color{" + found[1] + "}{", latex)
    try:
        made = convert_to_element(_closed(grouped), display="block" if display else "inline")
    except Exception as fault:  # the converter raises almost anything
        raise MarkupError(latex[:60]) from fault
    for element in made.iter():
        _tidy(element, latex)
    if display and len(pieces := _pieces(made)) > 1:
        made = ElementTree.Element("span", {"class": "formula", "role": "math"})
        made.extend(pieces)
    if says:
        made.set("aria-label", says)
    written = ElementTree.tostring(made, encoding="unicode")
    return Markup(written)  # nosec B704  # its texts are escaped in writing


def _pieces(made: ElementTree.Element) -> list[ElementTree.Element]:
    """A formula cut before a further relation and behind a wide space; read aloud as one, so each is hidden there."""
    row = made[0] if len(made) == 1 and made[0].tag == "mrow" else made
    rows: list[list[ElementTree.Element]] = [[]]
    for element in row:
        if _relates(element) and any(map(_relates, rows[-1])):
            rows.append([])
        rows[-1].append(element)
        if element.tag == "mspace" and element.get("width") in _WIDE:
            rows.append([])
    found = []
    for parts in filter(None, rows):
        piece = ElementTree.Element("math", {**made.attrib, "aria-hidden": "true"})
        ElementTree.SubElement(piece, "mrow").extend(parts)
        found.append(piece)
    return found


def _relates(element: ElementTree.Element) -> bool:
    return element.tag == "mo" and element.text in _RELATIONS


def _tidy(element: ElementTree.Element, latex: str) -> None:
    """Hold an element to what a formula may be, its texts as characters, its colour as a class."""
    if element.tag not in _ELEMENTS or (strange := set(element.attrib) - _ATTRIBUTES):
        what = element.tag if element.tag not in _ELEMENTS else ", ".join(sorted(strange))
        raise MarkupError(f"{what}: {latex[:60]}")
    element.text, element.tail = unescape(element.text or "") or None, unescape(element.tail or "") or None
    if role := ROLES.get(element.get("mathcolor", "")):
        del element.attrib["mathcolor"]
        element.set("class", role)


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
