"""The page on how the program is built stays true: its packages, its files, and its picture."""

import re
import tomllib

import pytest

from docs import architecture

ROOT = architecture.ROOT
PAGE = architecture.PAGE.read_text("utf-8")


def contract() -> dict[str, list[str]]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    return next(one for one in found if one["type"] == "layers")


def test_the_page_tells_every_package_of_the_contract_and_of_the_folder() -> None:
    named = {name.strip() for row in contract()["layers"] for name in row.split("|")}
    there = {path.stem for path in (ROOT / "app").iterdir() if path.is_dir() or path.suffix == ".py"}
    assert named | set(contract()["exhaustive_ignores"]) == set(architecture.packages())
    assert there - {"__init__", "__pycache__"} == set(architecture.packages())


def test_the_picture_is_the_one_that_contract_and_page_give() -> None:
    drawn = architecture.PICTURE.read_text("utf-8")
    assert drawn == architecture.drawing(), "draw it anew: python -m docs.architecture"


def test_the_picture_has_the_rows_of_the_contract_from_the_top_down() -> None:
    rooms = re.findall(
        r'<text class="name" x="[\d.]+" y="(\d+)">(\w+)</text>', architecture.PICTURE.read_text("utf-8")
    )
    rows: dict[int, set[str]] = {}
    for y, name in rooms:
        rows.setdefault(int(y), set()).add(name)
    wanted = [{name.strip() for name in row.split("|")} for row in contract()["layers"]]
    assert wanted == [rows[y] for y in sorted(rows)]


@pytest.mark.parametrize("title", [title for title, _ in architecture.WAYS])
def test_the_files_that_a_step_names_stand_in_its_package_or_where_it_says(title: str) -> None:
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    steps = re.findall(r"^\d+\. `(\w+)`:(.*(?:\n   .*)*)", section, re.M)
    assert len(steps) == len(architecture.steps(title)) > 3
    for package, said in steps:
        for name in re.findall(r"`([\w/]+\.py)`", said):
            assert list((ROOT / "app" / package).glob(f"**/{name}")), f"{package}: {name}"
    for name in re.findall(r"`((?:static|templates)/[\w/.]+)`", section):
        assert (ROOT / name).is_file(), name


def test_the_page_is_linked_where_newcomers_begin() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "(docs/architecture.md)" in (ROOT / name).read_text("utf-8"), name
