"""The sheet of back-propagation as the page draws it: tables of links, sums in words, the way through the cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.gradients.check import agreeing_digits
from app.engine.gradients.convolution import Exact
from app.i18n import Language
from app.i18n.numbers import format_number
from app.web.addresses import encode
from app.web.language import Say
from app.web.pages.back_propagation import NUDGE, Entry, Paper, Place, paper, stages_by_gradient, winner_of
from app.web.pages.view_query import view_link

# forward above backward, a column each: a table and the gradient by it
COLUMNS = (("V", "h"), ("K", "g"), ("Z", "G"), ("A", "dA"), ("P", "dP"), ("T", ""), ("J", ""))
KINDS = {"V": "given", "K": "given", "T": "given", **dict.fromkeys(("G", "g", "h", "dA", "dP"), "back")}
START = {"hand": ("g", 0, 0), "stack": ("Z", 0, 0)}


@dataclass(frozen=True)
class SheetCell:
    """A number of a table: its name, its link where it is computed, its marks, whether it is covered."""

    key: str
    value: float
    url: str
    marks: str
    covered: bool


@dataclass(frozen=True)
class Table:
    """A table with its name; `kind` says whether it is given, or computed on the way forward or back."""

    name: str
    kind: str
    rows: tuple[tuple[SheetCell, ...], ...]


@dataclass(frozen=True)
class _Look:
    """The tables as they are looked at: the chosen cell and its parts, those covered, the link to another."""

    found: Paper
    marks: Mapping[Place, str]
    covered: set[Place]
    link: Callable[..., str]


def sheet(query: Mapping[str, str], own: tuple[str, ...], lang: Language, say: Say) -> Mapping[str, Any]:
    """The sheet as the query sets it: `demo`, `entry`, `cover` and `check`."""
    found = paper("stack" if query.get("demo") == "stack" else "hand")
    chosen = _chosen(found, query.get("entry", ""))
    order = list(found.entries)
    at, covered = order.index(chosen), query.get("cover") == "true"

    def link(**changes: object) -> str:
        return view_link({**query, "check": ""}, own, "by-hand", **changes)

    marks = {**dict(found.entries[chosen].parts), chosen: "at"}
    look = _Look(found, marks, set(order[at + 1 :]) if covered else set(), link)
    tables = {name: _table(look, name, table) for name, table in found.tables.items()}
    return {
        "demo": found.demo,
        "demos": [(name, link(demo=name, entry="")) for name in START],
        "columns": [(tables[top], tables.get(bottom)) for top, bottom in COLUMNS if top in tables],
        **_told(found, chosen, lang, say),
        "position": at + 1,
        "count": len(order),
        "before": link(entry=key_of(order[at - 1])) if at else "",
        "after": link(entry=key_of(order[at + 1])) if at + 1 < len(order) else "",
        "first": link(entry=key_of(order[0]), cover="true"),
        "covered": covered,
        "cover": link(cover="" if covered else "true"),
        "loss": found.loss.value(found.found.maps[-1]),
        "entries": {key_of(place): _told(found, place, lang, say) for place in order},
        "stamps": [
            (f"G[{row}, {col}] · K", _plain(laid, f"s{row}{col}", chosen))
            for (row, col), laid in found.stamps
        ],
        "deconv": _deconv(found, lang),
        "check": _check(found, chosen) if query.get("check") == "true" else None,
        "check_url": view_link(query, own, "by-hand", check="true", entry=key_of(chosen)),
        "checkable": _checkable(found, chosen),
        "nudge": NUDGE,
    }


def _told(found: Paper, place: Place, lang: Language, say: Say) -> dict[str, Any]:
    """What is said of a computed cell: name, arithmetic, note, and the cells that its parts are."""
    entry = found.entries[place]
    return {
        "name": name_of(place),
        "sum": sum_of(entry, lang),
        "note": note_of(found, place, say),
        "parts": [(key_of(part), mark) for part, mark in entry.parts],
    }


def key_of(place: Place) -> str:
    """A cell as the address names it: ``g.0.2``."""
    return ".".join(map(str, place))


def name_of(place: Place) -> str:
    """A cell as a formula names it: ``g[0, 2]``; J is one number."""
    name, row, col = place
    return {"dA": "∂J/∂A", "dP": "∂J/∂P"}.get(name, name) + (f"[{row}, {col}]" if name != "J" else "")


def sum_of(entry: Entry, lang: Language) -> str:
    """The arithmetic of one number, behind its equals sign."""

    def written(value: float, inner: bool = True) -> str:
        text = format_number(value, lang, 0)
        return f"({text})" if value < 0 and inner else text

    single = all(len(term.factors) == 1 for term in entry.terms)
    factors = [
        [written(one, not single and at + place > 0) for place, one in enumerate(term.factors)]
        for at, term in enumerate(entry.terms)
    ]
    made = {
        "sum": lambda: " + ".join(f"{one} · {other}" for one, other in factors) or written(0),
        "relu": lambda: f"max(0, {factors[0][0]})",
        "max": lambda: f"max({'; '.join(one for (one,) in factors)})",
        "loss": lambda: " + ".join(f"({one} − {other})²" for one, other in factors),
        "off": lambda: f"2 · ({factors[0][0]} − {factors[0][1]})",
        "route": lambda: f"{factors[0][0]} · {factors[0][1]}",
        "mask": lambda: f"{factors[0][0]} · {'1' if entry.terms[0].factors[1] > 0 else '0'}",
    }[entry.rule]()
    return f"{made} = {written(entry.value, False)}"


def note_of(found: Paper, place: Place, say: Say) -> str:
    """What the sum's factors are, and for g and h under which condition on the indices."""
    (name, row, col), entry, s = place, found.entries[place], found.stride
    if name == "g":
        return say("course_learning.note_g", places=f"V[m·{s} + {row}, n·{s} + {col}] · G[m, n]")
    if name == "h":
        rows = _pairs([(l_, m) for l_, m, _, _ in entry.met])
        cols = _pairs([(n, p) for _, _, n, p in entry.met])
        conditions = f"l·{s} + m = {row}, (l, m) = {rows}; n·{s} + p = {col}, (n, p) = {cols}"
        return say(
            "course_learning.note_h" if entry.met else "course_learning.note_unread", conditions=conditions
        )
    if entry.rule == "mask":
        return say(
            "course_learning.note_passes" if entry.terms[0].factors[1] > 0 else "course_learning.note_stops"
        )
    if entry.rule == "route":
        return say("course_learning.note_wins" if entry.terms[0].factors[1] else "course_learning.note_loses")
    return say(f"course_learning.note_{entry.rule}")


def _pairs(pairs: list[tuple[int, int]]) -> str:
    return ", ".join(f"({a}, {b})" for a, b in sorted(set(pairs))) or "–"


def _chosen(found: Paper, text: str) -> Place:
    name, row, col = [*text.split("."), "", ""][:3]
    place = (name, int(row), int(col)) if row.isdecimal() and col.isdecimal() else START[found.demo]
    return place if place in found.entries else START[found.demo]


def _table(look: _Look, name: str, table: Exact) -> Table:
    rows = tuple(
        tuple(_cell(look, (name, row, col), value) for col, value in enumerate(line))
        for row, line in enumerate(table.tolist())
    )
    return Table(name, KINDS.get(name, "forward"), rows)


def _cell(look: _Look, place: Place, value: float) -> SheetCell:
    found, (name, row, col), covered = look.found, place, place in look.covered
    own = [f"is-{mark}"] if (mark := look.marks.get(place)) else []
    if not covered and _stopped(found, place):  # a covered cell does not give away its route either
        own.append("is-stopped")
    if not covered and name in ("A", "dA") and (row, col) == winner_of(found.tables):
        own.append("is-won")
    url = look.link(entry=key_of(place)) if place in found.entries else ""
    return SheetCell(key_of(place), value, url, " ".join(own), covered)


def _stopped(found: Paper, place: Place) -> bool:
    """Whether no gradient comes through a cell: ReLU cut it off, or it lost its window."""
    name, row, col = place
    if name == "dA":
        return not found.entries[place].terms[0].factors[1]
    return name in ("A", "G") and "A" in found.tables and not found.tables["Z"][row, col] > 0


def _plain(table: Exact, name: str, chosen: Place) -> tuple[tuple[SheetCell, ...], ...]:
    return tuple(
        tuple(
            SheetCell(f"{name}.{row}.{col}", value, "", "is-at" if chosen == ("h", row, col) else "", False)
            for col, value in enumerate(line)
        )
        for row, line in enumerate(table.tolist())
    )


def _deconv(found: Paper, lang: Language) -> str:
    """The lab with G as the picture and the same kernel in a transposed convolution."""
    grid = ";".join(",".join(f"{value:g}" for value in row) for row in found.tables["G"].tolist())
    kernel = ";".join(",".join(f"{value:g}" for value in row) for row in found.tables["K"].tolist())
    stride = f",stride={found.stride}" if found.stride > 1 else ""
    stack = f"gray|deconv([{kernel}]{stride})"
    return (
        f"/?{encode({'image': f'grid([{grid}])', 'stack': stack, 'size': '64', 'fit': 'keep', 'lang': lang})}"
    )


def _checkable(found: Paper, chosen: Place) -> bool:
    """Whether a cell can be nudged: a weight's gradient, or that of a stage."""
    return chosen[0] == "g" or chosen[0] in stages_by_gradient(found.demo)


def _check(found: Paper, chosen: Place) -> Mapping[str, float] | None:
    if not _checkable(found, chosen):
        return None
    up, down = found.difference(chosen)
    slope = (up - down) / (2 * NUDGE)
    value = found.entries[chosen].value
    return {"up": up, "down": down, "slope": slope, "value": value, "digits": agreeing_digits(value, slope)}
