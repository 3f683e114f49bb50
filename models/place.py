"""Where a process computes: CPU or GPU, alone or as one of several that `torchrun` started."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as distributed
from torch import nn


@dataclass(frozen=True)
class Place:
    """A device, and which of how many processes this one is; the first leads: it alone reports and writes."""

    device: torch.device
    rank: int = 0
    ranks: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process reports and writes."""
        return self.rank == 0

    def autocast(self) -> torch.autocast:
        """Convolutions in bfloat16 on a GPU, all in float32 elsewhere."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda")

    def parallel(self, net: nn.Module) -> nn.Module:
        """The network as it is trained: with gradients, and statistics on GPUs, shared by all processes."""
        if self.ranks == 1:
            return net
        if self.device.type == "cuda":
            net = nn.SyncBatchNorm.convert_sync_batchnorm(net)
        return nn.parallel.DistributedDataParallel(net)

    def agreed(self, value: float) -> float:
        """The leader's value: clocks differ, and all must take the same step at the same size."""
        if self.ranks == 1:
            return value
        told = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(told, src=0)
        return float(told)

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """What the leader does here, such as decoding pictures, is done before the others begin."""
        if self.ranks > 1 and not self.leads:
            distributed.barrier()
        yield
        if self.ranks > 1 and self.leads:
            distributed.barrier()

    def fits(self, size: int) -> bool:
        """Whether `size` bytes take at most half of the free memory of a GPU; a CPU keeps nothing apart."""
        return self.device.type == "cuda" and 2 * size <= torch.cuda.mem_get_info(self.device)[0]

    def hardware(self, threads: int) -> str:
        """The place in words, for the card."""
        processor = f"{os.cpu_count()} cores of {processor_name()}, {threads} threads"
        if self.device.type != "cuda":
            return f"{processor}, no GPU" + (f", {self.ranks} processes" if self.ranks > 1 else "")
        return f"{self.ranks} x {torch.cuda.get_device_name(self.device)}, bfloat16; {processor}"


@contextmanager
def open_place(choice: str, threads: int) -> Iterator[Place]:
    """Give `auto`, `cpu` or `cuda` as a place; under `torchrun` join its processes, a GPU for each."""
    torch.set_num_threads(threads)
    kind = choice if choice != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    if "LOCAL_RANK" not in os.environ:
        yield Place(torch.device(kind))
        return
    device = torch.device(kind, int(os.environ["LOCAL_RANK"])) if kind == "cuda" else torch.device(kind)
    if kind == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if kind == "cuda" else "gloo")
    try:
        yield Place(device, distributed.get_rank(), distributed.get_world_size())
    finally:
        distributed.destroy_process_group()


def processor_name() -> str:
    """The processor's name as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor()
