"""The house rules that no other tool holds: sizes, docstrings, documents, locks and vendored files."""

import ast
import hashlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from app.settings import Settings
from bench import report
from bench.__main__ import PARTS

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE = 300  # lines: what one can hold in the head
LARGEST_FILE = 2_000_000  # bytes, but for the trained weights
LARGEST_WEIGHTS = 20_000_000
LARGEST_REPOSITORY = 30_000_000
WRITTEN_BY_HAND = (".py", ".html", ".js", ".css")
VENDORED = ("static/vendor", "tests/browser/vendor")


def tracked_files() -> list[Path]:
    """List what belongs to the project: all that git knows or would not ignore."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs a git clone")
    return sorted(ROOT / name for name in listed if name and (ROOT / name).is_file())


def written_files() -> list[Path]:
    return [
        path
        for path in tracked_files()
        if path.suffix in WRITTEN_BY_HAND and not str(path.relative_to(ROOT)).startswith(VENDORED)
    ]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def opening(path: Path) -> str:
    """Return what a file says first: a module's docstring or the comment that opens it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return ast.get_docstring(ast.parse(text)) or ""
    marks = {
        ".html": r"(?:\{%[^%]*%\}\s*|<!doctype html>\s*)*\{#[\s-]*",
        ".js": r"(?:// @ts-check\s*)?(?:/\*[\s*]*|//\s*)",
        ".css": r"/\*[\s*]*",
    }
    found = re.match(marks[path.suffix] + r"(\w.*)", text, re.IGNORECASE)
    return found[1] if found else ""


def test_no_file_is_longer_than_a_head_can_hold() -> None:
    assert {} == {str(p): len(lines(p)) for p in written_files() if len(lines(p)) > LONGEST_FILE}


def test_every_file_opens_by_saying_what_it_is_for() -> None:
    assert [] == [str(path.relative_to(ROOT)) for path in written_files() if not opening(path)]


def test_every_setting_stands_in_the_readme_with_its_default_and_meaning() -> None:
    rows = dict(re.findall(r"^\| `(CONVISOR_\w+)` (.*)\|$", (ROOT / "README.md").read_text("utf-8"), re.M))
    assert {f"CONVISOR_{name.upper()}" for name in Settings.model_fields} == set(rows)
    for name, field in Settings.model_fields.items():
        default = "var" if name == "data_folder" else str(field.default)
        assert f"| `{default}` | {field.description} " == rows[f"CONVISOR_{name.upper()}"]


def test_every_setting_is_read_by_the_program() -> None:
    edge = [ROOT / "app/main.py", ROOT / "app/__main__.py", *(ROOT / "app/web").rglob("*.py")]
    source = "\n".join(path.read_text("utf-8") for path in edge if path.exists())
    assert [] == [name for name in Settings.model_fields if f"settings.{name}" not in source]


def test_settings_come_from_the_environment_and_cannot_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("CONVISOR_CACHE_BYTES", "5")
    settings = Settings()
    assert (9000, 5) == (settings.port, settings.cache_bytes)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_has_exact_versions_and_no_address(name: str) -> None:
    for line in lines(ROOT / name):
        assert re.fullmatch(r"[a-z0-9.-]+==[0-9][0-9a-z.]*( ; [^/:@]+)?", line), line
        assert not line.startswith(("nvidia-", "cuda-", "triton"))


def test_every_dependency_is_locked_and_the_test_lock_holds_the_whole_server() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {re.split(r"[^\w-]", entry, maxsplit=1)[0] for entry in project["dependencies"]}
    locked = set(lines(ROOT / "requirements.txt"))
    assert set() == named - {line.partition("==")[0] for line in locked}
    assert locked <= set(lines(ROOT / "requirements-dev.txt"))


@pytest.mark.parametrize("folder", VENDORED)
def test_vendored_files_are_the_released_ones(folder: str) -> None:
    rows = re.findall(
        r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (ROOT / folder / "README.md").read_text("utf-8"), re.M
    )
    assert {path.name for path in (ROOT / folder).glob("*.js")} == {name for name, _ in rows}
    for name, checksum in rows:
        assert checksum == hashlib.sha256((ROOT / folder / name).read_bytes()).hexdigest()


def test_the_repository_stays_small() -> None:
    sizes = {path: path.stat().st_size for path in tracked_files()}
    assert sum(sizes.values()) < LARGEST_REPOSITORY
    for path, size in sizes.items():
        assert size <= (LARGEST_WEIGHTS if path.suffix == ".safetensors" else LARGEST_FILE), path


def test_the_image_takes_the_settings_that_the_server_knows() -> None:
    named = set(re.findall(r"CONVISOR_(\w+)", (ROOT / "Dockerfile").read_text("utf-8")))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for document in ("README.md", "CONTRIBUTING.md"):
        assert set(re.findall(r"make ([a-z]+)`", (ROOT / document).read_text("utf-8"))) <= targets


def test_the_figures_of_the_readme_are_those_measured() -> None:
    kept = report.read()
    assert set(PARTS) == set(kept), "every part was measured"
    section = report.section({part: found["figures"] for part, found in kept.items()}, kept)
    assert f"{report.BEGIN}\n{section}{report.END}" in report.README.read_text("utf-8")
    assert report.plot(kept["scaling"]["figures"]) == report.PLOT.read_text("utf-8")


def test_a_script_exports_only_what_another_file_takes() -> None:
    texts = {path: path.read_text("utf-8") for path in (ROOT / "static/js").rglob("*.js")}
    readers = texts | {path: path.read_text("utf-8") for path in (ROOT / "tests/browser").glob("*.py")}
    for path, text in texts.items():
        for name in re.findall(r"^export (?:async )?(?:function\*?|const|let|class) (\w+)", text, re.M):
            others = (other for place, other in readers.items() if place != path)
            assert any(re.search(rf"\b{name}\b", other) for other in others), f"{path.name}: {name}"
