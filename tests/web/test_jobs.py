"""The pool: bounded, off the event loop, given up when the client is gone."""

import asyncio
import threading
import time

import pytest

from app.domain.errors import UserError
from app.engine.trace import Cancelled
from app.web.jobs import Jobs


class Client:
    """A request whose client leaves after so many questions."""

    def __init__(self, patience: int) -> None:
        self.patience = patience

    async def is_disconnected(self) -> bool:
        self.patience -= 1
        return self.patience < 0


def test_results_and_faults_come_back():
    jobs = Jobs(1, 1)

    assert 3 == asyncio.run(jobs.run(lambda: 3))
    with pytest.raises(ZeroDivisionError):
        asyncio.run(jobs.run(lambda: 1 // 0))
    assert 0 == jobs.held


def test_work_runs_off_the_event_loop():
    assert threading.main_thread() is not asyncio.run(Jobs(1, 1).run(threading.current_thread))


def test_a_full_queue_is_busy_and_empties_again():
    async def scene() -> None:
        jobs, open_ = Jobs(1, 1), threading.Event()
        first = [asyncio.create_task(jobs.run(lambda: open_.wait(30))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(UserError, match="busy"):
            await jobs.run(lambda: 1)
        open_.set()
        await asyncio.gather(*first)
        assert 1 == await jobs.run(lambda: 1)

    asyncio.run(scene())


def test_a_client_that_left_stops_its_work():
    stopped = threading.Event()

    def work(cancelled) -> None:
        while not cancelled():
            time.sleep(0.001)
        stopped.set()

    async def scene() -> None:
        with pytest.raises(Cancelled):
            await Jobs(1, 1).run_cancellable(work, Client(1))

    asyncio.run(scene())
    assert stopped.wait(10)


def test_work_that_nobody_waits_for_is_not_begun():
    begun = []

    async def scene() -> None:
        jobs, open_ = Jobs(1, 5), threading.Event()
        first = asyncio.create_task(jobs.run(lambda: open_.wait(30)))
        await asyncio.sleep(0)
        with pytest.raises(Cancelled):
            await jobs.run(lambda: begun.append(1), Client(0))
        open_.set()
        await first
        await jobs.run(lambda: None)

    asyncio.run(scene())
    assert [] == begun


def test_light_requests_are_answered_while_heavy_ones_run(app, client):
    open_ = threading.Event()
    services = app.state.services
    for _ in range(services.settings.worker_threads):
        services.jobs._pool.submit(open_.wait, 30)
    try:
        start = time.perf_counter()
        assert 200 == client.get("/health").status_code
        assert 200 == client.get("/api/v1/layers").status_code
        assert 200 == client.get("/api/v1/samples").status_code
        assert time.perf_counter() - start < 5
    finally:
        open_.set()


def test_a_full_server_says_when_to_come_again(app, client):
    jobs = app.state.services.jobs
    jobs._held = jobs.limit
    answer = client.get("/api/v1/trace?image=cat-chelsea")
    jobs._held = 0

    assert (503, "busy") == (answer.status_code, answer.json()["code"])
    assert answer.headers["retry-after"]


def test_a_job_that_nobody_waits_for_leaves_the_queue_at_once():
    async def scene() -> None:
        jobs, open_ = Jobs(1, 1), threading.Event()
        first = asyncio.create_task(jobs.run(lambda: open_.wait(30)))
        await asyncio.sleep(0)
        older = asyncio.create_task(jobs.run(lambda: "older", Client(1)))
        with pytest.raises(Cancelled):
            await older
        newer = asyncio.create_task(jobs.run(lambda: "newer"))  # there is room for it
        await asyncio.sleep(0)
        open_.set()
        assert "newer" == await newer
        await first
        assert (0, 1, 0) == (jobs.held, jobs.counts.given_up, jobs.counts.refused)

    asyncio.run(scene())


def test_a_running_job_keeps_its_place_until_its_thread_is_free():
    async def scene() -> None:
        jobs, open_ = Jobs(1, 0), threading.Event()
        with pytest.raises(Cancelled):
            await jobs.run(lambda: open_.wait(30), Client(0))
        assert 1 == jobs.held
        with pytest.raises(UserError, match="busy"):
            await jobs.run(lambda: 1)
        open_.set()
        while jobs.held:
            await asyncio.sleep(0.01)
        assert 1 == await jobs.run(lambda: 1)

    asyncio.run(scene())
