"""The notebooks run from top to bottom in a fresh process, teach the same lesson, and in both languages."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = ("pytorch", "keras")
# What "Restart and run all" does, but for the kernel: all code cells in order, in one namespace.
RUN = """
import json, sys
space = {"__name__": "__main__"}
for number, cell in enumerate(json.load(open(sys.argv[1], encoding="utf-8"))["cells"]):
    if cell["cell_type"] == "code":
        exec(compile("".join(cell["source"]), f"cell {number}", "exec"), space)
print(json.dumps({name: space[name] for name in ("accuracy", "classes")} | {"shares": sum(space["shares"].tolist())}))
"""


def cells(name: str, kind: str) -> list[str]:
    """The texts of a notebook's cells of one kind."""
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_from_top_to_bottom_and_learns(name: str, tmp_path: Path) -> None:
    for module in ("matplotlib", *(["keras"] if name == "keras" else [])):
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed (extras `keras` and `notebooks`)")
    environment = os.environ | {"PICTURES": str(tmp_path), "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, str(FOLDER / f"{name}.ipynb")],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert 0 == ran.returncode, ran.stderr[-2000:]
    result = json.loads(ran.stdout.splitlines()[-1])
    assert ["disc", "ring"] == result["classes"]
    assert result["accuracy"] > 0.85
    assert result["shares"] == pytest.approx(1.0, abs=1e-5)
    assert 600 == len(list(tmp_path.glob("*/*.png")))


def test_both_notebooks_have_the_same_sections() -> None:
    heads = [re.findall(r"^## .*", "\n".join(cells(name, "markdown")), re.M) for name in NOTEBOOKS]
    assert heads[0] == heads[1]
    assert len(heads[0]) == 9


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_text_stands_in_both_languages(name: str) -> None:
    assert [] == [text for text in cells(name, "markdown") if not ("**ES** " in text and "**EN** " in text)]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_is_kept_without_outputs(name: str) -> None:
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    assert (4, 5) == (notebook["nbformat"], notebook["nbformat_minor"])
    assert len(notebook["cells"]) == len({cell["id"] for cell in notebook["cells"]})
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert ([], None) == (cell["outputs"], cell["execution_count"])
