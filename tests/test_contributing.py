"""The example of CONTRIBUTING.md: its files and lines are put in their places, and the layer kind works.

Edited sources are loaded beside the real ones, which are left as they are; what they register is taken out afterwards.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from fastapi.testclient import TestClient

import app.layers
from app.code import FRAMEWORKS, Framework
from app.code.write import DIALECTS
from app.engine.gradients import registry as gradients
from app.i18n import catalogue
from app.layers import registry as layers
from tests.code.running import check
from tests.engine.gradients import test_backward
from tests.layers import oracles, test_contract

ROOT = Path(__file__).resolve().parents[1]
KIND = "softshrink"
CONTRACT = [
    name
    for name, test in vars(test_contract).items()
    if any(mark.args[:1] == ("kind",) for mark in getattr(test, "pytestmark", ()))
]


def blocks() -> Iterator[tuple[str, str, str]]:
    """Every block of the example: the file that it is for, its language and its text."""
    section = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## A layer kind")[1]
    for step in section.split("\n**")[1:]:
        files = re.findall(r"`((?:app|tests)/[\w/]+\.(?:py|toml))`", step)
        found = re.findall(r"^```(python|diff)\n(.*?)^```$", step, re.M | re.S)
        for number, (language, text) in enumerate(found):
            yield files[min(number, len(files) - 1)], language, text


def edited(name: str, text: str, lines: str) -> str:
    """A source with the lines marked + behind the line marked with a blank, which stands in it once."""
    before = "".join(line[1:] + "\n" for line in lines.splitlines() if line.startswith(" "))
    added = "".join(line[1:] + "\n" for line in lines.splitlines() if line.startswith("+"))
    assert 1 == text.count(before), f"{name}: {before}"
    return text.replace(before, before + added)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files that the example makes or changes, as they are after it."""
    folder, texts = tmp_path_factory.mktemp("example"), dict[str, str]()
    for name, language, text in blocks():
        if language == "python":
            texts[name] = text
        else:
            texts[name] = edited(name, texts.get(name) or (ROOT / name).read_text("utf-8"), text)
    made = {name: folder / name for name in texts}
    for name, path in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[name], "utf-8")
    return made


def loaded(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def example(sources: dict[str, Path], tmp_path: Path) -> Iterator[None]:
    """The program with the new kind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layers, "_KINDS", dict(layers._KINDS))
        patch.setattr(
            app.layers, "__path__", [*app.layers.__path__, str(sources["app/layers/softshrink.py"].parent)]
        )
        texts = sources["app/i18n/texts/layers.toml"].parent
        for path in catalogue.TEXTS.glob("*.toml"):
            if not (texts / path.name).exists():
                (texts / path.name).symlink_to(path)
        entries = catalogue.load_catalogue(texts)
        patch.setattr(catalogue.load_catalogue(), "_entries", entries._entries)
        for framework in FRAMEWORKS:
            module = loaded(sources[f"app/code/{framework}_code.py"], f"edited_{framework}")
            patch.setitem(DIALECTS[framework].writers, KIND, module.WRITERS[KIND])
        module = loaded(sources["app/engine/gradients/registry.py"], "edited_gradients")
        patch.setitem(gradients.MAKERS, KIND, module.MAKERS[KIND])
        module = loaded(sources["tests/layers/oracles.py"], "edited_oracles")
        patch.setitem(oracles.ORACLES, KIND, module.ORACLES[KIND])
        layers.kinds.cache_clear()
        yield
    layers.kinds.cache_clear()
    sys.modules.pop(f"app.layers.{KIND}", None)
    vars(app.layers).pop(KIND, None)


def test_the_example_names_a_kind_that_we_do_not_have() -> None:
    assert KIND not in layers.kinds()
    assert "app/layers/softshrink.py" in {name for name, _, _ in blocks()}


@pytest.mark.parametrize("name", CONTRACT)
def test_the_example_keeps_the_contract(example: None, name: str) -> None:
    getattr(test_contract, name)(kind=KIND)


def test_the_example_s_gradient_equals_autograd(example: None) -> None:
    test_backward.test_a_kind_equals_autograd(kind=KIND)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_example_s_code_gives_its_numbers(example: None, framework: Framework) -> None:
    if framework == "keras":
        pytest.importorskip("keras")
    maps = np.random.default_rng(3).standard_normal((3, 6, 5)).astype(np.float32)
    check(framework, layers.parse_stack("softshrink(threshold=0.3)|softshrink").layers, maps)


def test_the_example_has_its_controls_and_is_found_by_the_search(example: None, client: TestClient) -> None:
    page = client.get(
        "/", params={"image": "cat-chelsea", "stack": "gray|softshrink(threshold=0.2)", "lang": "es"}
    )
    assert 200 == page.status_code
    assert "Umbral suave" in page.text
    assert 'name="set.threshold"' in page.text
    known = {one["kind"]: one["parameters"] for one in client.get("/api/v1/layers").json()["layers"]}
    assert ["threshold"] == [parameter["name"] for parameter in known[KIND]]


def test_the_code_that_is_quoted_stands_in_its_file() -> None:
    section = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("### What a kind with a window needs")[1]
    quoted = "".join(line[6:] + "\n" for line in section.splitlines() if line.startswith("      "))
    assert quoted.startswith("def l2pool")
    assert quoted in (ROOT / "app/code/torch_code.py").read_text("utf-8")
