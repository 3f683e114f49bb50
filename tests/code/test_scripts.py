"""Scripts give the engine's own numbers, for every kind of layer in every framework."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.code import FRAMEWORKS, Framework, write
from app.code.script import write_in
from app.code.write import DIALECTS
from app.domain.errors import Refusal, UserError
from app.engine.network import load
from app.layers.registry import kinds, parse_stack
from tests.code.running import check, save_shelf
from tests.layers.drawn import SHELF, cases

KINDS = sorted(kinds())
MODELS = Path(__file__).parents[2] / "models"
IN_FILES = {"weights", "dense"}
LINES = [
    "gray|conv(gaussian,sigma=1.2,padding=same,mode=reflect)|conv(sobel_x,padding=same,mode=reflect)|relu|maxpool(2)",
    "~relu|conv(sobel_x,sobel_y,stride=2,padding=same,bias=(0.5,-1))|~abs|avgpool(2,ceil=true)|softmax",
    "resize(9,20)|conv([1,2;3,4],padding=same,channels=sum)|deconv(box,stride=2,padding=1)|flatten",
]
fuzzed = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]


def on_keras(test: Any) -> Any:
    """Mark a test that runs Keras: it copies arrays in NumPy 1's way and doubts a softmax of one channel."""
    old_copy = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
    doubt = pytest.mark.filterwarnings("ignore:You are using a softmax:UserWarning")
    return old_copy(doubt(pytest.mark.usefixtures("keras")(test)))


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_shelf(tmp_path_factory.mktemp("net"))


@pytest.fixture(scope="module")
def keras() -> None:
    """Keras on torch; where it is not installed its tests are left out."""
    pytest.importorskip("keras")


def files(kind: str, net: Path) -> list[Path]:
    return [net] if kind in IN_FILES else []


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_kind_of_layer_has_its_code(framework: Framework) -> None:
    missing = set(KINDS) - set(DIALECTS[framework].writers)
    assert set() == missing, f"write them in app/code/{framework}_code.py and name them in its WRITERS"
    assert set(DIALECTS[framework].writers) <= set(KINDS)


@pytest.mark.parametrize("framework", ["torch", "numpy"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, suppress_health_check=fuzzed)
@given(data=st.data())
def test_a_layer_s_code_gives_the_engine_s_numbers(
    net: Path, framework: Framework, kind: str, data: st.DataObject
) -> None:
    layer, x = data.draw(cases(kind))
    check(framework, (layer,), x, *files(kind, net))


@on_keras
@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=8, suppress_health_check=fuzzed, phases=[Phase.generate]
)  # shrinking would take minutes
@given(data=st.data())
def test_a_layer_s_keras_code_gives_the_engine_s_numbers(net: Path, kind: str, data: st.DataObject) -> None:
    layer, x = data.draw(cases(kind))
    check("keras", (layer,), x, *files(kind, net))


@on_keras
@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("line", LINES)
def test_every_stage_of_a_stack_is_the_engine_s(framework: Framework, line: str) -> None:
    x = np.random.default_rng(3).random((3, 24, 17), dtype=np.float32)
    check(framework, parse_stack(line).layers, x)


@on_keras
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_trained_network_reads_its_file(framework: Framework) -> None:
    network = load(MODELS / "catdog.safetensors", MODELS / "catdog.json")
    x = np.random.default_rng(3).random((3, 40, 60), dtype=np.float32)
    check(framework, network.stack().layers, x, MODELS / "catdog.safetensors")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_lines_belong_to_their_layers_and_end_in_their_notation(framework: Framework) -> None:
    stack = parse_stack(LINES[1])
    script = write(stack, framework, (3, 24, 17))
    statements = [line for line in script.lines if line.comment]
    assert [f"  # {layer.text}" for layer in stack.layers] == [line.comment for line in statements]
    assert [1, 2, 3, 4, 5] == [line.layer for line in statements]
    constants = [line for line in script.lines if line.text.startswith(("KERNELS", "BIAS"))]
    assert [2, 2] == [line.layer for line in constants]
    assert len(script.text) < 4000


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_no_layers_give_the_input_back(framework: Framework) -> None:
    assert "(x0,)" in write(parse_stack(""), framework, (3, 4, 5)).text


def test_a_kind_without_code_is_refused_by_name() -> None:
    bare = replace(DIALECTS["keras"], writers={})
    with pytest.raises(UserError) as caught:
        write_in(bare, parse_stack("relu"), (3, 4, 4))
    assert ("code_unavailable", "relu", "Keras 3") == (caught.value.code, *caught.value.params.values())


def test_more_numbers_than_one_reads_are_refused() -> None:
    bank = ",".join(["random(size=31)"] * 22)
    with pytest.raises(UserError, match="code_too_long"):
        write(parse_stack(f"conv({bank},padding=15)"), "torch", (3, 8, 8))


def test_a_layer_that_cannot_work_is_refused_as_in_the_lab() -> None:
    with pytest.raises(Refusal):
        write(parse_stack("conv(box,size=9)"), "torch", (3, 8, 8))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_bias_of_zero_is_not_read(framework: Framework) -> None:
    layer = parse_stack("weights(net.c1)", SHELF).layers[0]
    learned = replace(layer.tensor, bias=np.zeros(4, dtype=np.float32))
    stack = parse_stack("relu")
    quiet = replace(layer, tensor=learned)
    assert "c1.bias" not in write(replace(stack, layers=(quiet,)), framework, (3, 8, 8)).text
