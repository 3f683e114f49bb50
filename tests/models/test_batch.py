"""Several processes share a batch, and train to the weights of one; a GPU's memory holds what fits."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from models.batch import BATCH_SIZE, Dealer, make_pools
from models.data import Pool, load_split
from models.loss import catdog_loss
from models.place import Place, open_place
from models.train import SPLITS

CPU = torch.device("cpu")


@pytest.fixture
def pools(archives: Path, tmp_path: Path) -> dict[str, Pool]:
    """Pools of the made-up archives."""
    return make_pools({name: load_split(archives, name, tmp_path) for name in SPLITS}, seed=1)


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_the_shares_of_all_processes_make_up_the_batch_of_one(pools: dict[str, Pool], ranks: int) -> None:
    images, labels, _ = Dealer(pools, 1, Place(CPU)).deal(3)
    shares = [Dealer(pools, 1, Place(CPU, rank, ranks)).deal(3) for rank in range(ranks)]
    assert BATCH_SIZE == len(images) == sum(len(share[1]) for share in shares)
    together = torch.cat([share[0] for share in shares]).flatten(1).numpy()
    assert sorted(map(bytes, images.flatten(1).numpy())) == sorted(map(bytes, together))
    assert sorted(labels.tolist()) == sorted(label for share in shares for label in share[1].tolist())


def test_pictures_kept_on_the_device_are_dealt_alike(
    pools: dict[str, Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Dealer(pools, 1, Place(CPU)).deal(2)
    monkeypatch.setattr(Place, "fits", lambda self, size: size == sum(pool.nbytes for pool in pools.values()))
    for expected, kept in zip(plain, Dealer(pools, 1, Place(CPU)).deal(2), strict=True):
        torch.testing.assert_close(expected, kept, equal_nan=True)


def test_a_pool_knows_its_bytes(pools: dict[str, Pool]) -> None:
    for pool in pools.values():
        assert pool.pictures(np.arange(len(pool))).nbytes == pool.nbytes


def test_a_process_alone_leads_and_agrees_with_itself() -> None:
    with open_place("cpu", 1) as place:
        assert place.leads
        assert 0.25 == place.agreed(0.25)
        assert "no GPU" in place.hardware(1)
        assert not place.fits(1)


def test_the_loss_of_a_batch_is_the_mean_of_its_shares_weighed_by_their_size() -> None:
    torch.manual_seed(0)
    logits, labels = torch.randn(BATCH_SIZE, 3), torch.randint(0, 3, (BATCH_SIZE,))
    teacher = torch.full((BATCH_SIZE,), torch.nan)
    shares = [slice(rank, None, 3) for rank in range(3)]
    weighed = [
        catdog_loss(logits[mine], labels[mine], teacher[mine]) * (len(labels[mine]) * 3 / BATCH_SIZE)
        for mine in shares
    ]
    torch.testing.assert_close(catdog_loss(logits, labels, teacher), torch.stack(weighed).mean())


def test_two_processes_train_one_network_and_the_first_alone_writes(archives: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [
        *("--data", str(archives), "--epochs", "2", "--steps-per-epoch", "2", "--chain", "4s 6s 6s"),
        *("--threads", "1", "--device", "cpu", "--work", str(tmp_path), "--out", str(tmp_path)),
    ]
    joined = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "models.train", *words],
            cwd=Path(__file__).parents[2],
            env=os.environ | joined | {"RANK": rank, "LOCAL_RANK": rank},  # as torchrun sets them
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in ("0", "1")
    ]
    told = [process.communicate(timeout=200)[0] for process in processes]
    assert [0, 0] == [process.returncode for process in processes], told
    assert [2, 0] == [text.count("checked at") for text in told], told
    state = torch.load(tmp_path / "last.pt", weights_only=True)
    assert 4 == state["step"]
    assert not any(name.startswith("module.") for name in state["net"])
    assert (tmp_path / "catdog.json").exists()
