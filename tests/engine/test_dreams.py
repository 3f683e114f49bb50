"""The file of drawn pictures: what is written is read, and only for the weights that it was made for."""

import dataclasses
import json
import zipfile

import pytest

from app.engine import dreams
from app.engine.dreams import INDEX, DreamShelf, Sheet, dreams_path, load_dreams, save_dreams
from tests.engine.attribution.made import made_network

NETWORK = dataclasses.replace(made_network("globalavg|dense(made.fc)", fc=(3, 3)), sha256="a" * 64)
SHEETS = [
    Sheet(2, 3, 4, 2, (3, 4), (1.5, -2.25, 0.125), b"first"),
    Sheet(5, 8, 8, 1, (16, 16), (7.0,), b"second"),
]


@pytest.fixture
def path(tmp_path):
    path = dreams_path(tmp_path, NETWORK.name)
    save_dreams(path, NETWORK, 16, 3, SHEETS)
    return path


def test_what_is_written_is_read(path):
    found = load_dreams(path, NETWORK)

    assert {sheet.stage: sheet for sheet in SHEETS} == found.sheets
    assert (16, 3) == (found.steps, found.seed)
    assert (2, (0, 4), (3, 0)) == (SHEETS[0].lines, SHEETS[0].corner(1), SHEETS[0].corner(2))


def test_the_file_says_what_it_was_made_for(path):
    with zipfile.ZipFile(path) as archive:
        assert ["index.json", "2.webp", "5.webp"] == archive.namelist()
        assert b"first" == archive.read("2.webp")
        index = json.loads(archive.read(INDEX))
    first, second = index.pop("sheets")
    assert {"format": 1, "network": "made", "weights_sha256": "a" * 64, "steps": 16, "seed": 3} == index
    assert {
        "stage": 2,
        "rows": 3,
        "cols": 4,
        "columns": 2,
        "field": [3, 4],
        "reached": [1.5, -2.25, 0.125],
    } == first
    assert (5, [16, 16]) == (second["stage"], second["field"])


def test_what_is_reached_is_kept_to_three_digits(path):
    save_dreams(path, NETWORK, 16, 3, [dataclasses.replace(SHEETS[0], reached=(1 / 3, -2 / 3, 0.0))])
    assert (0.333, -0.667, 0.0) == load_dreams(path, NETWORK).sheets[2].reached


def test_a_sheet_larger_than_any_of_ours_is_none(path, monkeypatch, caplog):
    monkeypatch.setattr(dreams, "LARGEST_SHEET", 5)
    assert load_dreams(path, NETWORK) is None  # the second has six bytes
    assert "5.webp has 6 bytes" in caplog.text
    monkeypatch.setattr(dreams, "LARGEST_SHEET", 6)
    assert load_dreams(path, NETWORK) is not None


def test_another_format_is_none(path, caplog):
    with zipfile.ZipFile(path) as archive:
        index = json.loads(archive.read(INDEX))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(INDEX, json.dumps({**index, "format": 2}))
    assert load_dreams(path, NETWORK) is None
    assert f"{path.name} was made for other weights" in caplog.text


def test_the_same_pictures_give_the_same_bytes(path):
    first = path.read_bytes()
    save_dreams(path, NETWORK, 16, 3, SHEETS)

    assert first == path.read_bytes()


def test_other_weights_have_none(path, caplog):
    assert load_dreams(path, dataclasses.replace(NETWORK, sha256="b" * 64)) is None
    assert "python -m models.dreams" in caplog.text


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_a_damaged_file_is_none(path, content):
    path.write_bytes(content)

    assert load_dreams(path, NETWORK) is None


@pytest.mark.parametrize(
    "change", [{"sheets": [{}]}, {"sheets": 3}, {"steps": None, "sheets": [{"stage": 9}]}]
)
def test_an_index_that_is_none_is_none(path, change):
    with zipfile.ZipFile(path) as archive:
        index = json.loads(archive.read(INDEX))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(INDEX, json.dumps({**index, **change}))

    assert load_dreams(path, NETWORK) is None


def test_the_shelf_reads_once_and_has_nothing_for_uploads(path):
    shelf = DreamShelf(path.parent)
    first = shelf(NETWORK)
    path.unlink()

    assert first is shelf(NETWORK)
    assert shelf(dataclasses.replace(NETWORK, calibrated=False)) is None
    assert DreamShelf(path.parent)(NETWORK) is None
