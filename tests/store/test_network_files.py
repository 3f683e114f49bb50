"""Uploaded networks stay while they should, go when they should, and no name but theirs finds them."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from app.store.network_files import NetworkStore, is_network_name, network_names_in
from tests.store.clock import HOUR, Clock
from tests.store.made_files import refused


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> NetworkStore:
    return NetworkStore(tmp_path / "networks", HOUR, 1_000_000, clock)


def add(store: NetworkStore, data: bytes = b"weights\n\x00\xff"):
    return store.add(data, "resize(8,8)|dense(fc)", ("manzana", "ñu\n"), "mía")


def test_what_is_added_is_read_back_and_survives_a_restart(store, clock, tmp_path):
    added = add(store)
    for one in (store, NetworkStore(tmp_path / "networks", HOUR, 1_000_000, clock)):
        found = one.describe(added.name)
        assert b"weights\n\x00\xff" == one.read(added.name)
        assert ("resize(8,8)|dense(fc)", ("manzana", "ñu\n"), "mía") == (
            found.stack,
            found.classes,
            found.title,
        )
        assert (clock.now + HOUR, None) == (found.expires, found.delete_token)


def test_names_are_random_words_of_the_notation_and_the_token_is_not_on_disk(store, tmp_path):
    added = [add(store) for _ in range(20)]
    assert 20 == len({network.name for network in added})
    assert all(is_network_name(network.name) for network in added)
    assert added[0].delete_token not in repr(added[0])
    on_disk = b"".join(file.read_bytes() for file in (tmp_path / "networks").iterdir())
    assert not any(network.delete_token.encode() in on_disk for network in added)


def test_folder_and_files_belong_to_the_owner_alone(store, tmp_path):
    add(store)
    assert 0o700 == stat.S_IMODE((tmp_path / "networks").stat().st_mode)
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "networks").iterdir()}


@pytest.mark.parametrize(
    "name", ["", "n" + "a" * 31, "n" + "A" * 32, "../" + "a" * 30, "n" + "a" * 32 + "\n", "a" * 33]
)
def test_only_names_of_the_right_form_touch_the_disk(store, name, monkeypatch):
    monkeypatch.setattr(Path, "open", None)
    refused("own_network_unknown", store.read, name)
    refused("own_network_unknown", store.delete, name, "token")


def test_deleting_needs_the_token_and_leaves_nothing(store, tmp_path):
    added = add(store)
    refused("wrong_network_token", store.delete, added.name, "é" + added.delete_token)
    refused("wrong_network_token", store.delete, added.name, "")
    store.delete(added.name, added.delete_token)
    refused("own_network_unknown", store.read, added.name)
    assert [".lock"] == os.listdir(tmp_path / "networks")


@pytest.mark.parametrize("swept", [False, True])
def test_an_expired_network_is_gone_and_not_unknown(store, clock, swept):
    added = add(store)
    clock.now += HOUR
    if swept:
        store.sweep()
    refused("network_expired", store.read, added.name)
    refused("network_expired", store.delete, added.name, added.delete_token)


def test_the_oldest_make_room_and_those_in_use_do_not(tmp_path, clock):
    store = NetworkStore(tmp_path, HOUR, 25_000, clock)
    first = add(store, bytes(10_000))
    clock.now += 1
    add(store, bytes(10_000))
    refused("network_store_full", add, store, bytes(10_000))
    clock.now += 700
    add(store, bytes(10_000))
    refused("network_expired", store.read, first.name)
    refused("network_store_full", add, store, bytes(30_000))


@pytest.mark.parametrize("left", [b"", b"{", b"{}\n", b"[1]\n", b"null\n", b'{"classes": 3}\n'])
def test_a_cut_off_file_is_unknown(store, tmp_path, left):
    added = add(store)
    file = tmp_path / "networks" / (added.name + ".network")
    file.write_bytes(file.read_bytes()[:-1])
    refused("own_network_unknown", store.read, added.name)
    file.write_bytes(left)
    refused("own_network_unknown", store.describe, added.name)


def test_names_are_found_in_a_line(store):
    name = add(store).name
    assert {name} == network_names_in(f"image=cat&stack=weights({name}.c1)|dense({name}.fc)")
    assert set() == network_names_in(f"x{name} {name}0 n123 {name[1:]}")


def _add_and_delete(folder: str, seed: int, found) -> None:
    store, kept = NetworkStore(Path(folder), HOUR, 1_000_000), []
    for turn in range(10):
        added = add(store, bytes([seed]) * 1000)
        if turn % 2:
            store.delete(added.name, added.delete_token)
        else:
            kept.append(added.name)
        store.sweep()
    found.put((seed, kept))


def test_several_processes_share_a_folder(tmp_path):
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    workers = [context.Process(target=_add_and_delete, args=(str(tmp_path), seed, found)) for seed in (1, 2)]
    for worker in workers:
        worker.start()
    results = [found.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(60)
        assert 0 == worker.exitcode
    store = NetworkStore(tmp_path, HOUR, 1_000_000)
    for seed, kept in results:
        assert [bytes([seed]) * 1000] * 5 == [store.read(name) for name in kept]
