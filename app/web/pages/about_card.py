"""Reads the network's card for its page: rows and curves as they stand in it; what it lacks is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Card = Mapping[str, Any]

SETS = {
    "val": "about.set_val",
    "test_web": "about.set_test_web",
    "held_out_sources": "about.set_held_out_sources",
}
DRAWN = ("val", "test_web")  # whose reliability and ROC are drawn: more curves could not be told apart
OUTSIDERS = {"ood_dev": "about.set_ood_dev", "held_out_other_train": "about.set_held_out_other_train"}
SHOWS = {"cat": "about.is_cat", "dog": "about.is_dog"}
SAYS = {"cat": "about.says_cat", "dog": "about.says_dog", "unsure": "about.says_unsure"}
CHANGES = {
    "blur": "about.change_blur",
    "noise": "about.change_noise",
    "jpeg": "about.change_jpeg",
    "darker": "about.change_darker",
    "brighter": "about.change_brighter",
    "gray": "about.change_gray",
    "turned_15": "about.change_turned_15",
    "turned_90": "about.change_turned_90",
    "upside_down": "about.change_upside_down",
    "small": "about.change_small",
}
FAILURES = {
    "other_sources": "about.failure_other_sources",
    "unsure_elsewhere": "about.failure_unsure_elsewhere",
    "turned": "about.failure_turned",
    "small_or_blurred": "about.failure_small_or_blurred",
    "look_alikes": "about.failure_look_alikes",
    "plain_colour": "about.failure_plain_colour",
    "two_animals": "about.failure_two_animals",
}


@dataclass(frozen=True)
class Measured:
    """A share of right answers with its 95 % interval; `key` is a text's, or a name of the card's own."""

    key: str
    accuracy: float
    low: float
    high: float
    pictures: int | None = None
    is_source: bool = False


@dataclass(frozen=True)
class Said:
    """What was said of the pictures of one kind: by answer, in the order of the table."""

    key: str
    counts: tuple[int, ...]
    recall: float | None = None


@dataclass(frozen=True)
class Confusion:
    """A set's table: a row for what a picture shows, a column for what is said."""

    key: str
    rows: tuple[Said, ...]
    answers: tuple[str, ...]
    pictures: int


def found(card: Card, *path: str) -> Any:
    """What stands at a path of the card; None where it does not."""
    value: Any = card
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def accuracies(card: Card) -> tuple[Measured, ...]:
    """Every set, and behind it each of its sources."""
    return tuple(_accuracies(card))


def _accuracies(card: Card) -> Iterator[Measured]:
    for name, key in SETS.items():
        figures = found(card, "figures", name)
        if figures:
            yield _measured(key, figures)
            for source, part in sorted((figures.get("by_source") or {}).items()):
                yield _measured(source, part, is_source=True)


def robustness(card: Card) -> tuple[Measured, ...]:
    """Validation as it is, then under each change; nothing where no change was measured."""
    changed = found(card, "figures", "robustness") or {}
    plain = found(card, "figures", "val")
    rows = [_measured(CHANGES.get(name, name), part) for name, part in changed.items()]
    return (_measured("about.change_none", plain), *rows) if rows and plain else tuple(rows)


def _measured(key: str, figures: Card, is_source: bool = False) -> Measured:
    low, high = figures.get("interval_95", (figures["accuracy"],) * 2)
    return Measured(key, figures["accuracy"], low, high, figures.get("pictures"), is_source)


def confusions(card: Card) -> tuple[Confusion, ...]:
    """Each set's table; with a column of `unsure` where the card has one."""
    tables = []
    for name, key in SETS.items():
        figures = found(card, "figures", name) or {}
        counted = figures.get("confusion_with_unsure") or figures.get("confusion")
        if counted:
            recalls = figures.get("recall") or {}
            rows = tuple(
                Said(SHOWS.get(truth, truth), tuple(row.values()), recalls.get(truth))
                for truth, row in counted.items()
            )
            answers = tuple(SAYS.get(answer, answer) for answer in next(iter(counted.values())))
            tables.append(Confusion(key, rows, answers, figures["pictures"]))
    return tuple(tables)


def outsiders(card: Card) -> tuple[Said, ...]:
    """What was said of pictures that show neither cat nor dog, by set."""
    rows = ((key, found(card, "figures", "other", name, "said")) for name, key in OUTSIDERS.items())
    return tuple(Said(key, tuple(row.values())) for key, row in rows if row)


def by_set(card: Card, name: str, sets: Iterable[str] = SETS) -> dict[str, Any]:
    """One entry of the figures of each set that has it, by the set's text."""
    entries = {SETS[each]: found(card, "figures", each, name) for each in sets}
    return {key: entry for key, entry in entries.items() if entry is not None}


def suspects(card: Card) -> dict[str, Any]:
    """The sets in which labels were contradicted, with the pictures listed."""
    return dict(found(card, "figures", "label_suspects", "sets") or {})


def failures(card: Card) -> tuple[tuple[str, str], ...]:
    """Known failures as (key of a text, empty) or (empty, the card's own sentence)."""
    known = card.get("known_failures") or {}
    if isinstance(known, Mapping):
        return tuple((FAILURES.get(code, ""), sentence) for code, sentence in known.items())
    return tuple(("", sentence) for sentence in known)
