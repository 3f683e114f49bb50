"""Photos stay while they should, go when they should, and no name but theirs finds them."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from app.store.decode import Picture
from app.store.photos import PhotoStore, is_photo_name
from tests.store.clock import HOUR, Clock
from tests.store.made_files import coloured, refused


def picture(height: int = 4, width: int = 5, seed: int = 0) -> Picture:
    return Picture(coloured(height, width, seed=seed), 50, 40, "PNG", 1)


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> PhotoStore:
    return PhotoStore(tmp_path / "photos", HOUR, 10_000_000, clock)


def test_what_is_added_is_read_back(store, clock):
    added = store.add(picture())
    np.testing.assert_array_equal(picture().pixels, store.read(added.image))
    assert not store.read(added.image).flags.writeable
    described = store.describe(added.image)
    sizes = (described.width, described.height, described.original_width, described.original_height)
    assert (5, 4, 50, 40) == sizes
    assert clock.now + HOUR == described.expires
    assert described.delete_token is None


def test_names_are_random_and_the_token_is_not_on_disk(store, tmp_path):
    added = [store.add(picture()) for _ in range(20)]
    assert 20 == len({photo.image for photo in added})
    assert all(is_photo_name(photo.image) for photo in added)
    assert added[0].delete_token not in repr(added[0])
    on_disk = b"".join(file.read_bytes() for file in (tmp_path / "photos").iterdir())
    assert not any(photo.delete_token.encode() in on_disk for photo in added)


def test_folder_and_files_belong_to_the_owner_alone(store, tmp_path):
    store.add(picture())
    assert 0o700 == stat.S_IMODE((tmp_path / "photos").stat().st_mode)
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "photos").iterdir()}


MISSHAPEN = ["", "a" * 31, "A" * 32, "../" + "a" * 29, "a" * 32 + "\n", "a" * 31 + "/", "á" * 32]


@pytest.mark.parametrize("image", MISSHAPEN)
def test_only_names_of_the_right_form_touch_the_disk(store, image, monkeypatch):
    monkeypatch.setattr(Path, "open", None)
    refused("photo_unknown", store.read, image)
    refused("photo_unknown", store.delete, image, "token")


def test_an_unknown_name_is_unknown(store):
    refused("photo_unknown", store.read, "0" * 32)


def test_deleting_needs_the_token_and_leaves_nothing(store, tmp_path):
    added = store.add(picture())
    refused("wrong_delete_token", store.delete, added.image, "é" + added.delete_token)
    store.delete(added.image, added.delete_token)
    refused("photo_unknown", store.read, added.image)
    assert [".lock"] == os.listdir(tmp_path / "photos")


@pytest.mark.parametrize("swept", [False, True])
def test_an_expired_photo_is_gone_and_not_unknown(store, clock, swept, tmp_path):
    added = store.add(picture())
    clock.now += HOUR
    if swept:
        store.sweep()
        assert {".lock", added.image + ".gone"} == set(os.listdir(tmp_path / "photos"))
        assert 0 == (tmp_path / "photos" / (added.image + ".gone")).stat().st_size
    refused("photo_expired", store.read, added.image)
    refused("photo_expired", store.delete, added.image, added.delete_token)


def test_a_photo_lives_until_its_last_second(store, clock):
    added = store.add(picture())
    clock.now += HOUR - 1
    store.sweep()
    store.read(added.image)


def test_tombstones_go_after_a_month(store, clock, tmp_path):
    added = store.add(picture())
    clock.now += HOUR
    store.sweep()
    clock.now += 31 * 24 * HOUR
    store.sweep()
    refused("photo_unknown", store.read, added.image)
    assert [".lock"] == os.listdir(tmp_path / "photos")


def test_photos_survive_a_restart(store, clock, tmp_path):
    added = store.add(picture())
    again = PhotoStore(tmp_path / "photos", HOUR, 10_000_000, clock)
    np.testing.assert_array_equal(picture().pixels, again.read(added.image))
    again.delete(added.image, added.delete_token)


def test_the_oldest_make_room(tmp_path, clock):
    length = 512 + 3 * 20 * 20
    store = PhotoStore(tmp_path, HOUR, 3 * length, clock)
    added = []
    for _ in range(5):
        added.append(store.add(picture(20, 20)))
        clock.now += 700
    for photo in added[:2]:
        refused("photo_expired", store.read, photo.image)
    for photo in added[2:]:
        store.describe(photo.image)


def test_photos_in_use_do_not_make_room(tmp_path, clock):
    store = PhotoStore(tmp_path, HOUR, 2 * (512 + 1200), clock)
    first, _ = store.add(picture(20, 20)), store.add(picture(20, 20))
    refused("store_full", store.add, picture(20, 20))
    store.read(first.image)
    clock.now += 600
    store.add(picture(20, 20))


def test_a_photo_beyond_the_budget_is_refused(tmp_path, clock):
    store = PhotoStore(tmp_path, HOUR, 1000, clock)
    refused("store_full", store.add, picture(20, 20))


def test_the_number_of_tiny_photos_is_bounded(tmp_path, clock):
    store = PhotoStore(tmp_path, HOUR, 20_000 * 1_000_000, clock)
    assert store.files.charge(515) == 1_000_000


def test_a_cut_off_file_is_unknown(store, tmp_path):
    added = store.add(picture())
    file = tmp_path / "photos" / (added.image + ".photo")
    file.write_bytes(file.read_bytes()[:-1])
    refused("photo_unknown", store.read, added.image)
    file.write_bytes(b"")
    refused("photo_unknown", store.describe, added.image)


def test_remains_of_a_broken_write_are_cleared(store, tmp_path):
    (tmp_path / "photos" / ".new-abc").write_bytes(b"half")
    store.sweep()
    assert [".lock"] == os.listdir(tmp_path / "photos")


def test_a_full_disk_is_said_and_leaves_nothing(store, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.store.kept_files.os.replace", full)
    refused("store_full", store.add, picture())
    assert [".lock"] == os.listdir(tmp_path / "photos")


def test_readiness_tells_whether_files_can_be_made(store, tmp_path):
    assert store.is_writable()
    (tmp_path / "photos").rmdir()
    assert store.is_writable()  # made again
    (tmp_path / "photos").rmdir()
    (tmp_path / "photos").write_text("in the way")
    assert not store.is_writable()


def _add_and_delete(folder: str, seed: int, found) -> None:
    store = PhotoStore(Path(folder), HOUR, 40 * (512 + 1200))
    kept = []
    for turn in range(12):
        added = store.add(picture(20, 20, seed))
        if turn % 2:
            store.delete(added.image, added.delete_token)
        else:
            kept.append(added.image)
        store.sweep()
    found.put((seed, kept))


def test_several_processes_share_a_folder(tmp_path):
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    tasks = [(str(tmp_path), seed, found) for seed in (1, 2, 3)]
    workers = [context.Process(target=_add_and_delete, args=task) for task in tasks]
    for worker in workers:
        worker.start()
    results = [found.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join(60)
        assert 0 == worker.exitcode
    store = PhotoStore(tmp_path, HOUR, 40 * (512 + 1200))
    for seed, kept in results:
        assert 6 == len(kept)
        for image in kept:
            np.testing.assert_array_equal(picture(20, 20, seed).pixels, store.read(image))
    assert 18 == len(list(tmp_path.glob("*.photo")))
