"""A run of a few steps writes weights and card that agree, and a resumed run is the same run."""

import copy
import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch

from models import evaluate, train
from models.net import Network, folded_logits
from models.run import Run
from models.served import read_stack, read_weights, write_weights

SHORT = ["--epochs", "2", "--steps-per-epoch", "2", "--chain", "4s 6s 6s", "--threads", "1"]


@pytest.fixture(scope="module")
def run(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A whole run of two epochs; the checkpoint of the first is kept."""
    work, out = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("out")
    targets = archives / "targets.csv"
    words = ["--data", str(archives), "--teacher-targets", str(targets), *SHORT, "--out", str(out)]
    save, kept = Run.save, work / "first.pt"

    def keep(run: Run, checkpoint: Path, scores: dict[str, float]) -> None:
        save(run, checkpoint, scores)
        if not kept.exists():
            shutil.copy(checkpoint, kept)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "save", keep)
        train.main([*words, "--work", str(work)])
    return {"work": work, "out": out, "data": archives, "targets": targets}


def test_resumed_run_ends_in_the_same_state(run: dict[str, Path], tmp_path: Path) -> None:
    shutil.copy(run["work"] / "first.pt", tmp_path / "last.pt")
    words = ["--data", str(run["data"]), "--teacher-targets", str(run["targets"]), *SHORT, "--resume"]
    train.main([*words, "--work", str(tmp_path), "--out", str(tmp_path)])
    whole, resumed = (torch.load(folder / "last.pt", weights_only=True) for folder in (run["work"], tmp_path))
    assert 4 == whole["step"] == resumed["step"]
    for part in ("net", "average"):
        for name, tensor in whole[part].items():
            torch.testing.assert_close(tensor, resumed[part][name], rtol=0, atol=0)
    assert whole["optimizer"]["param_groups"] == resumed["optimizer"]["param_groups"]


def test_a_run_goes_on_from_released_weights(run: dict[str, Path], tmp_path: Path) -> None:
    """The unfolded network gives the folded one's logits before it learns, and learning changes them."""
    released = run["out"] / "catdog.safetensors"
    tensors, facts = read_weights(released)
    chain, side = read_stack(facts["stack"], tensors)
    words = ["--data", str(run["data"]), *SHORT, "--start", str(released)]
    begun, start = [], Run.start

    def keep(run: Run, tensors: dict[str, torch.Tensor]) -> None:
        start(run, tensors)
        begun.append(copy.deepcopy(run.net).eval())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "start", keep)
        train.main([*words, "--work", str(tmp_path), "--out", str(tmp_path)])
    pictures = torch.randn(3, 3, side, side)
    with torch.no_grad():
        expected = folded_logits(tensors, chain, pictures)
        torch.testing.assert_close(begun[0](pictures), expected, rtol=1e-4, atol=1e-4)
    moved, _ = read_weights(tmp_path / "catdog.safetensors")
    assert not torch.allclose(moved["c1.weight"], tensors["c1.weight"])
    training = json.loads((tmp_path / "catdog.json").read_text())["training"]
    assert (hashlib.sha256(released.read_bytes()).hexdigest(), 0.001) == (
        training["started_from"],
        training["rate"],
    )


def test_card_has_the_checksum_of_the_weights_and_their_facts(run: dict[str, Path]) -> None:
    card = json.loads((run["out"] / "catdog.json").read_text())
    digest = hashlib.sha256((run["out"] / "catdog.safetensors").read_bytes()).hexdigest()
    assert digest == card["weights_sha256"]
    _, facts = read_weights(run["out"] / "catdog.safetensors")
    assert {"name", "format", "stack", "outputs", "classes", "temperature", "unsure"} == set(facts)
    assert facts == {name: card[name] for name in facts}
    assert card["training"]["pictures_seen"] == 4 * 64
    assert "non-commercial" in card["terms"]


def test_weights_file_holds_the_averaged_network_to_half_precision(run: dict[str, Path]) -> None:
    tensors, facts = read_weights(run["out"] / "catdog.safetensors")
    state = torch.load(run["work"] / "final.pt", weights_only=True)
    net = Network(state["chain"])
    net.load_state_dict(state["average"])
    for name, tensor in net.folded().items():
        torch.testing.assert_close(tensor, tensors[name], rtol=1e-3, atol=1e-6)
    assert (net.chain, 112) == read_stack(facts["stack"], tensors)


def test_evaluation_recomputes_the_figures_of_the_card(
    run: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate.main(["--data", str(run["data"]), "--weights", str(run["out"] / "catdog.safetensors")])
    card = json.loads((run["out"] / "catdog.json").read_text())
    assert card["figures"] == json.loads(capsys.readouterr().out)


def test_facts_survive_the_weights_file(tmp_path: Path) -> None:
    facts = {"name": "catdog", "stack": "resize(8,8)|relu", "temperature": 1.25, "unsure": {"max_other": 0.5}}
    tensors = {"fc.weight": torch.randn(3, 4), "fc.bias": torch.zeros(3)}
    digest = write_weights(tmp_path / "w.safetensors", tensors, facts)
    again, read = read_weights(tmp_path / "w.safetensors")
    assert facts == read
    assert torch.float32 == again["fc.weight"].dtype
    assert digest == hashlib.sha256((tmp_path / "w.safetensors").read_bytes()).hexdigest()
    with pytest.raises(ValueError, match="float16"):
        write_weights(tmp_path / "w.safetensors", {"fc.weight": torch.tensor([1e6])}, facts)


RELEASED = Path(__file__).parents[2] / "models"


def test_released_weights_match_their_card() -> None:
    card = json.loads((RELEASED / "catdog.json").read_text())
    weights = RELEASED / "catdog.safetensors"
    assert card["weights_sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    tensors, facts = read_weights(weights)
    assert facts == {name: card[name] for name in facts}
    assert card["parameters"] == sum(tensor.numel() for tensor in tensors.values()) <= 2_000_000
    assert weights.stat().st_size <= 8_000_000
    assert card["figures"]["val"]["unsure"] <= 0.05
