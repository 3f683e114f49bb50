"""Archives are read in their order with labels, sources and targets; pools deal evenly and repeatably."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.data import (
    HELD_OUT_SOURCES,
    Pool,
    archive_members,
    decode,
    held_out_rows,
    load_split,
    squeeze,
    training_rows,
)


def test_split_has_the_archive_s_pictures_and_labels(archives: Path, tmp_path: Path) -> None:
    train = load_split(archives, "train", tmp_path)
    assert [0] * 6 + [1] * 6 == train.labels.tolist()
    for row, (_, encoded) in enumerate(archive_members(archives / "train.zip")):
        np.testing.assert_array_equal(decode(encoded), train.images[row])


def test_pixels_are_decoded_once_and_then_mapped(archives: Path, tmp_path: Path) -> None:
    first = load_split(archives, "val", tmp_path)
    stamp = (tmp_path / "val.npy").stat().st_mtime_ns
    second = load_split(archives, "val", tmp_path)
    assert stamp == (tmp_path / "val.npy").stat().st_mtime_ns
    np.testing.assert_array_equal(first.images, second.images)


def test_pixels_of_another_archive_are_refused(archives: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "val.npy", np.zeros((3, 128, 128, 3), np.uint8))
    with pytest.raises(ValueError, match="delete it"):
        load_split(archives, "val", tmp_path)


def test_teacher_is_nan_where_it_has_not_spoken(archives: Path, tmp_path: Path) -> None:
    train = load_split(archives, "train", tmp_path, archives / "targets.csv")
    assert [False, True] + [False] * 10 == np.isnan(train.teacher).tolist()
    assert np.isnan(load_split(archives, "varied", tmp_path, archives / "targets.csv").teacher).all()


def test_held_out_sources_are_not_trained_on(archives: Path, tmp_path: Path) -> None:
    varied = load_split(archives, "varied", tmp_path)
    assert not set(varied.sources[training_rows(varied)]) & set(HELD_OUT_SOURCES)
    assert set(varied.sources[held_out_rows(varied)]) == set(HELD_OUT_SOURCES)
    assert not set(training_rows(varied)) & set(held_out_rows(varied))


def test_squeeze_is_the_area_filter_when_it_shrinks() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (64, 96, 3), dtype=np.uint8)
    means = picture.reshape(16, 4, 16, 6, 3).mean(axis=(1, 3)) / 255.0
    np.testing.assert_allclose(means, squeeze(picture, 16), atol=1e-6)
    enlarged = cv2.resize(picture.astype(np.float32) / 255.0, (128, 128), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(enlarged, squeeze(picture, 128), atol=1e-6)


def test_every_picture_comes_once_a_round_and_steps_repeat(archives: Path, tmp_path: Path) -> None:
    train, extra = (load_split(archives, name, tmp_path) for name in ("train", "extra"))
    parts = [(train, np.arange(12)), (extra, np.arange(4))]
    pool = Pool(parts, seed=3)
    dealt = np.concatenate([pool.chosen(step, 4) for step in range(8)])
    assert list(range(16)) == sorted(dealt[:16]) == sorted(dealt[16:])
    np.testing.assert_array_equal(pool.chosen(5, 4), Pool(parts, seed=3).chosen(5, 4))
    np.testing.assert_array_equal(extra.images[2], pool.pictures(np.array([14]))[0])
