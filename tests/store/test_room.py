"""The room: every worker sees one class, votes are bare counts, damage and a locked folder are told."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.errors import UserError
from app.store.room import ENDS_AFTER, GONE_AFTER, Beat, Room, RoomState
from tests.store.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_one_process_shows_another_sees(tmp_path):
    one, other = Room(tmp_path), Room(tmp_path)
    one.change(address="/network", blank=True)
    other.change(blank=False)
    state = one.state()
    assert ("/network", False, 2) == (state.address, state.blank, state.version)


def test_votes_from_many_threads_and_two_processes_are_all_counted(tmp_path):
    rooms = [Room(tmp_path), Room(tmp_path)]
    poll = rooms[0].ask("kernels", 3).poll
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: rooms[n % 2].vote(poll, n % 3), range(60)))
    assert (20, 20, 20) == rooms[1].counts()


def test_a_changed_answer_moves_and_does_not_add(tmp_path):
    room = Room(tmp_path)
    poll = room.ask("kernels", 3).poll
    room.vote(poll, 0)
    room.vote(poll, 2, before=0)
    room.vote(poll, 2, before=1)  # a claim that was never counted cannot take below none
    assert (0, 0, 2) == room.counts()


@pytest.mark.parametrize("spoil", ["reveal", "again", "end"])
def test_a_closed_question_takes_no_answers(tmp_path, spoil):
    room = Room(tmp_path)
    poll = room.ask("kernels", 2).poll
    {
        "reveal": lambda: room.change(stage="revealed"),
        "again": lambda: room.ask("kernels", 2),
        "end": room.end,
    }[spoil]()
    with pytest.raises(UserError, match="class_question_closed"):
        room.vote(poll, 0)


def test_an_answer_that_is_not_offered_is_refused(tmp_path):
    room = Room(tmp_path)
    with pytest.raises(UserError, match="class_no_such_answer"):
        room.vote(room.ask("kernels", 2).poll, 2)


def test_a_new_question_and_the_end_delete_the_counts(tmp_path):
    room = Room(tmp_path)
    room.vote(room.ask("kernels", 2).poll, 1)
    assert (0, 0) == (room.ask("kernels", 2), room.counts())[1]
    room.end()
    base = sqlite3.connect(room.path)
    assert [] == base.execute("SELECT * FROM answers").fetchall()
    base.close()


def test_an_old_class_is_over(tmp_path, clock):
    room = Room(tmp_path, clock)
    before = room.change(address="/network")
    clock.now += ENDS_AFTER + 1
    assert RoomState(version=before.version + 1) == room.state()


def test_workers_are_added_up_and_forgotten_when_silent(tmp_path, clock):
    room = Room(tmp_path, clock)
    room.beat(1, Beat(following=3, p95_ms=50))
    room.beat(2, Beat(following=1, away=2, p95_ms=20))
    assert (6, 50) == (room.together().connected, room.together().p95_ms)
    room.beat(2, None)
    assert 3 == room.together().connected
    clock.now += GONE_AFTER + 1
    assert 0 == room.together().connected


def test_a_damaged_file_is_begun_anew(tmp_path):
    (tmp_path / "class.db").write_bytes(b"no database at all" * 500)
    room = Room(tmp_path)
    assert 1 == room.change(blank=True).version


def test_a_folder_that_cannot_be_had_is_a_fault_with_a_name(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="class_unkept"):
        Room(tmp_path / "file").state()


def test_nothing_in_the_file_says_who_answered(tmp_path):
    room = Room(tmp_path)
    poll = room.ask("kernels", 2).poll
    room.vote(poll, 1)
    room.beat(1, Beat(following=1))
    base = sqlite3.connect(room.path)
    columns = {
        table: [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
        for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    base.close()
    assert {
        "room": ["id", "changed", "state"],
        "answers": ["option", "count"],
        "workers": ["worker", "seen", "beat"],
    } == columns
