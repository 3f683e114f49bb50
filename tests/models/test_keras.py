"""The Keras network is the PyTorch one: weights convert both ways, and a step of training changes both alike."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

if find_spec("keras") is None:
    pytest.skip("Keras is not installed (extra `keras`)", allow_module_level=True)

from models import frameworks, keras_train, train
from models.augment import normalize
from models.data import decode, squeeze
from models.keras_convert import from_network, from_served, to_network, to_served
from models.keras_net import keras, served_model, trained_model
from models.loss import catdog_loss
from models.net import CHAIN, Network, folded_logits, parameter_count, parse_chain
from models.run import RATE, optimizer_for, update_average
from models.served import read_stack, read_weights
from tests.models.test_net import shaken

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "models/catdog.safetensors"
SAMPLES = sorted((ROOT / "app/store/sample_pictures").glob("*.jpg"))
# Keras hands arrays to NumPy in a way that NumPy 2 asks to be changed.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

CHAINS = ["4s 8 8", "5s 6s 6s", "3 3s 3"]


def logits_of(model: keras.Model, x: torch.Tensor) -> torch.Tensor:
    """A Keras model's logits of pictures (N, 3, row, column)."""
    return torch.as_tensor(model.predict_on_batch(x.permute(0, 2, 3, 1)))


def sample_pictures(side: int) -> torch.Tensor:
    """The sample photos as the network reads them."""
    pixels = np.stack([squeeze(decode(path.read_bytes()), side) for path in SAMPLES])
    return normalize(torch.from_numpy(pixels).permute(0, 3, 1, 2))


def test_keras_runs_on_torch_and_without_tensorflow() -> None:
    assert "torch" == keras.backend.backend()
    with pytest.raises(ImportError):
        __import__("tensorflow")


@torch.no_grad()
def test_released_network_has_the_same_logits_in_keras() -> None:
    tensors, facts = read_weights(RELEASED)
    chain, side = read_stack(facts["stack"], tensors)
    model = from_served(tensors, chain)
    assert parameter_count(tensors) == model.count_params()
    for x in (sample_pictures(side), torch.randn(2, 3, side, side), torch.randn(2, 3, 57, 64)):
        torch.testing.assert_close(
            folded_logits(tensors, chain, x), logits_of(model, x), atol=1e-4, rtol=1e-4
        )


def test_released_tensors_come_back_from_keras_unchanged() -> None:
    tensors, facts = read_weights(RELEASED)
    back = to_served(from_served(tensors, read_stack(facts["stack"], tensors)[0]))
    assert tensors.keys() == back.keys()
    for name, tensor in tensors.items():
        torch.testing.assert_close(tensor, back[name], atol=0, rtol=0)


@torch.no_grad()
def test_a_model_born_in_keras_is_served_in_torch() -> None:
    model = served_model("4s 8 8s")
    x = torch.randn(3, 3, 20, 21)
    served = folded_logits(to_served(model), parse_chain("4s 8 8s"), x)
    torch.testing.assert_close(logits_of(model, x), served, atol=1e-5, rtol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("side", [16, 21])
def test_learning_form_has_the_same_logits_in_both(chain: str, side: int) -> None:
    net = shaken(chain)
    model = from_network(net)
    x = torch.randn(3, 3, side, side)
    torch.testing.assert_close(net(x), logits_of(model, x), atol=1e-4, rtol=1e-4)
    back = to_network(model)
    for name, tensor in net.state_dict().items():
        if tensor.is_floating_point():
            torch.testing.assert_close(tensor, back.state_dict()[name], atol=0, rtol=0)
    folded = from_served(to_network(model).folded(), net.chain)
    torch.testing.assert_close(logits_of(model, x), logits_of(folded, x), atol=1e-4, rtol=1e-4)


def test_both_begin_with_kernels_of_the_same_spread() -> None:
    born, twin = Network(CHAIN).state_dict(), to_network(trained_model(CHAIN)).state_dict()
    for name, tensor in born.items():
        if tensor.numel() > 2000:
            assert float(tensor.std()) == pytest.approx(float(twin[name].std()), rel=0.1), name


def test_a_step_of_training_changes_both_alike() -> None:
    torch.manual_seed(4)
    net = Network("4s 8 8")
    torch.nn.init.normal_(
        net.fc.weight
    )  # gradients well above epsilon, which Keras adds before Adam's correction
    model = keras_train.compiled(from_network(net))
    x, labels = torch.randn(16, 3, 24, 24), torch.randint(0, 3, (16,))
    teacher = torch.where(labels < 2, torch.randn(16), torch.nan)
    optimizer = optimizer_for(net)
    loss = catdog_loss(net.train()(x), labels, teacher)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimizer.step()
    logs = model.train_on_batch(
        x.permute(0, 2, 3, 1), torch.stack([labels.float(), teacher], dim=1), return_dict=True
    )
    assert loss.item() == pytest.approx(float(logs["loss"]), rel=1e-5)
    # Adam's first step is the gradient's sign: where that is all but zero the two may differ by two rates.
    for name, tensor in to_network(model).state_dict().items():
        if name.endswith(("w3", "w1", "scale", "norm.weight", "fc.weight", "fc.bias")):
            far = (tensor - net.state_dict()[name]).abs() > RATE / 100
            assert far.float().mean() < 0.02, name


def test_averaged_weights_move_as_in_torch() -> None:
    slow, fast = shaken("4s 4", seed=1), shaken("4s 4", seed=2)
    callback = keras_train.Average(from_network(slow))
    callback.set_model(from_network(fast))
    for step in (1, 2, 3):
        update_average(slow, fast, step)
        callback.on_train_batch_end(0)
    for name, tensor in to_network(callback.average).state_dict().items():
        if tensor.is_floating_point():
            torch.testing.assert_close(slow.state_dict()[name], tensor, atol=1e-6, rtol=1e-6)


def test_a_run_writes_weights_that_the_server_can_read(archives: Path, tmp_path: Path) -> None:
    words = ["--epochs", "2", "--steps-per-epoch", "2", "--chain", "4s 6s 6s", "--threads", "1"]
    places = ["--data", str(archives), "--teacher-targets", str(archives / "targets.csv")]
    train.main(["--framework", "keras", *places, *words, "--work", str(tmp_path), "--out", str(tmp_path)])
    card = json.loads((tmp_path / "catdog.json").read_text())
    tensors, facts = read_weights(tmp_path / "catdog.safetensors")
    assert (parse_chain("4s 6s 6s"), 112) == read_stack(facts["stack"], tensors)
    assert keras.__version__ == card["training"]["keras"]
    assert 4 * 64 == card["training"]["pictures_seen"]


def test_what_keras_does_not_do_is_refused(archives: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="resume"):
        train.main(
            [
                "--framework",
                "keras",
                "--data",
                str(archives),
                "--epochs",
                "1",
                "--resume",
                "--work",
                str(tmp_path),
            ]
        )


def counted(x: int) -> int:
    """A docstring that does not count."""
    # nor does a comment

    return (
        x + 1  # three lines that are one statement
    )


def test_lines_of_code_leave_out_what_does_nothing() -> None:
    assert 2 == frameworks.code_lines(counted)


def test_the_readme_shows_the_measured_comparison() -> None:
    figures = json.loads(frameworks.RESULT.read_text("utf-8"))
    assert frameworks.table(figures) in (ROOT / "README.md").read_text("utf-8")
    torch_run, keras_run = (figures["frameworks"][name] for name in ("torch", "keras"))
    assert torch_run["pictures_checked"] == keras_run["pictures_checked"]
    assert len(torch_run["epochs"]) == len(keras_run["epochs"])


def test_both_trainings_compared_begin_alike(
    archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frameworks.schedule, "SIDES", frameworks.schedule.SIDES)  # `measure` sets it
    words = ["--epochs", "1", "--steps-per-epoch", "1", "--chain", "4s 6s 6s", "--threads", "1"]
    args = train.parse_arguments(["--data", str(archives), "--work", str(tmp_path), *words])
    one, other = (frameworks.measure(name, args) for name in ("torch", "keras"))
    assert one["epochs"][0]["loss"] == pytest.approx(other["epochs"][0]["loss"], abs=2e-4)
    assert 12 == one["pictures_checked"]["val"] == other["pictures_checked"]["val"]
