"""Learnings on disk: found by any process, gone when nobody listens, bounded in number and length."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.store.learnings import LearningStore
from tests.store.clock import Clock


def fault(work) -> str:
    with pytest.raises(UserError) as found:
        work()
    return found.value.code


def test_another_process_finds_and_pauses_it(tmp_path: Path) -> None:
    here, there = LearningStore(tmp_path, 5), LearningStore(tmp_path, 5)
    made = here.add({"kernel": "box"}, "running")
    assert made == there.find(made.id)
    there.ask(made.id, "paused")
    assert "paused" == here.listen(made.id).asked
    there.ask(made.id, "cancelled")
    assert "cancelled" == here.ask(made.id, "running").asked, "cancelled for good"
    there.delete(made.id)
    assert "learning_unknown" == fault(lambda: here.find(made.id))
    assert 32 == len(made.id)


def test_it_goes_when_nobody_listens_for_a_minute(tmp_path: Path) -> None:
    clock = Clock()
    store = LearningStore(tmp_path, 5, clock)
    heard, left = store.add({}, "running"), store.add({}, "running")
    for _ in range(3):
        clock.now += 40
        store.listen(heard.id)
    assert "learning_expired" == fault(lambda: store.find(left.id))
    store.sweep()
    assert "learning_expired" == fault(lambda: store.find(left.id))
    while clock.now < heard.created + 1799:
        clock.now += 30
        store.listen(heard.id) if clock.now < heard.created + 1800 else None
    clock.now = heard.created + 1801
    assert "learning_expired" == fault(lambda: store.find(heard.id)), "half an hour at most"


def test_number_and_length_are_bounded(tmp_path: Path) -> None:
    store = LearningStore(tmp_path, 2)
    assert "learning_too_long" == fault(lambda: store.add({"target": "x" * 70_000}, "running"))
    first = store.add({}, "running")
    store.add({}, "running")
    assert "learnings_full" == fault(lambda: store.add({}, "running"))
    store.delete(first.id)
    store.add({}, "running")


@pytest.mark.parametrize("name", ["", "..", "../photos/a", "A" * 32, "0" * 31])
def test_other_names_touch_no_file(tmp_path: Path, name: str) -> None:
    assert "learning_unknown" == fault(lambda: LearningStore(tmp_path, 2).find(name))
