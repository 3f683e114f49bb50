"""The cache stays in its bound and makes each value once."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.memory import ByteBoundedCache, CacheCounts


class CountedEvent(threading.Event):
    """An event that tells how many came to wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = threading.Semaphore(0)

    def wait(self, timeout: float | None = None) -> bool:
        self.waiting.release()
        return super().wait(timeout)


def cache(bound: int = 10) -> ByteBoundedCache[str, bytes]:
    return ByteBoundedCache(bound, len, lambda key: 0)


def test_a_long_key_counts_as_much_as_a_large_value():
    held: ByteBoundedCache[tuple[object, ...], bytes] = ByteBoundedCache(40_000, len)
    for number in range(10):
        held.put(("grid", (64, "crop"), number, "x" * 16_000), b"1")
    assert 2 == held.counts().entries


def test_the_least_recently_used_goes_first():
    held = cache()
    for key in "abc":
        held.put(key, b"123")
    held.get("a")
    held.put("d", b"123")
    assert [b"123", None, b"123", b"123"] == [held.get(key) for key in "abcd"]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12))))
def test_the_bound_holds_after_every_step(steps):
    held = cache()
    for key, length in steps:
        held.put(key, b"x" * length)
        assert held.counts().bytes <= 10
        assert sum(len(held.get(k) or b"") for k in "abcdef") == held.counts().bytes
        assert (held.get(key) is not None) == (length <= 10)


def test_hits_and_misses_are_counted():
    held = cache()
    held.get_or_make("a", lambda: b"1")
    held.get_or_make("a", lambda: b"2")
    held.get("b")
    assert CacheCounts(hits=1, misses=2, entries=1, bytes=1) == held.counts()


def test_an_exception_is_not_kept():
    held = cache()
    with pytest.raises(ZeroDivisionError):
        held.get_or_make("a", lambda: bytes(1 // 0))
    assert b"1" == held.get_or_make("a", lambda: b"1")


def test_a_value_beyond_the_bound_is_handed_out_but_not_kept():
    held = cache()
    assert bytes(11) == held.get_or_make("a", lambda: bytes(11))
    assert 0 == held.counts().entries


def test_discard_lets_go_of_the_wanted_keys():
    held = cache()
    for key in ("p1", "p2", "q"):
        held.put(key, b"1")
    held.discard(lambda key: key.startswith("p"))
    assert [None, None, b"1"] == [held.get(key) for key in ("p1", "p2", "q")]


@pytest.mark.parametrize("length", [1, 100])
def test_threads_that_ask_together_share_one_making(length):
    held, started, go = cache(), threading.Event(), threading.Event()
    made, got = [], []

    def make() -> bytes:
        started.set()
        go.wait(10)
        made.append(1)
        return bytes(length)

    threads = [threading.Thread(target=lambda: got.append(held.get_or_make("a", make))) for _ in range(6)]
    threads[0].start()
    started.wait(10)
    held._flights["a"].done = CountedEvent()  # nobody waits yet: the others start below
    queue = held._flights["a"].done.waiting
    for thread in threads[1:]:
        thread.start()
    for _ in threads[1:]:
        assert queue.acquire(timeout=10)
    go.set()
    for thread in threads:
        thread.join(10)
    assert ([1], [bytes(length)] * 6) == (made, got)


def test_one_that_waits_makes_the_value_when_the_first_maker_fails():
    held, started, go = cache(), threading.Event(), threading.Event()
    outcome: list[object] = []

    def fail() -> bytes:
        started.set()
        go.wait(10)
        raise KeyError("cancelled")

    def first() -> None:
        try:
            held.get_or_make("a", fail)
        except KeyError as fault:
            outcome.append(fault)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    started.wait(10)
    threads.append(threading.Thread(target=lambda: outcome.append(held.get_or_make("a", lambda: b"1"))))
    threads[1].start()
    go.set()
    for thread in threads:
        thread.join(10)
    assert {KeyError, bytes} == {type(item) for item in outcome}
    assert b"1" == held.get("a")


def test_making_may_use_the_cache_for_other_keys():
    held = cache()
    assert b"ab" == held.get_or_make("b", lambda: held.get_or_make("a", lambda: b"a") + b"b")
