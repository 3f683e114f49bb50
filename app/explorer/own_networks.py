"""The use cases of uploaded networks: keep one, find it by its name, delete it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.engine.network import Network
from app.engine.own_network import OwnNetwork, build_own, check_own
from app.engine.own_tensors import NetworkLimits
from app.engine.trace import Bounds
from app.explorer.explorer import Cache
from app.store.network_files import NetworkStore, StoredNetwork, is_network_name

MAX_TITLE = 60


@dataclass(frozen=True)
class _Kept:
    """A network in the cache of stages, which counts bytes."""

    found: OwnNetwork

    @property
    def nbytes(self) -> int:
        return self.found.network.nbytes


@dataclass(frozen=True)
class OwnNetworks:
    """Uploaded networks: on disk as they came, ready to run in the cache that also holds stages."""

    store: NetworkStore
    cache: Cache
    limits: NetworkLimits = field(default_factory=NetworkLimits)
    bounds: Bounds = field(default_factory=Bounds)

    def __call__(self, name: str) -> Network | None:
        """A network by its name; None for a name that is not an uploaded network's.

        Raises
        ------
        UserError
            `own_network_unknown`, `network_expired`.
        """
        return self.find(name)[1].network if is_network_name(name) else None

    def find(self, name: str) -> tuple[StoredNetwork, OwnNetwork]:
        """A network with what the store knows of it, which is asked every time: it may have been deleted."""
        stored = self.store.describe(name)

        def make() -> _Kept:
            data = self.store.read(name)
            return _Kept(build_own(name, data, stored.stack, stored.classes, stored.title, self.limits))

        return stored, self.cache.get_or_make(("own network", name), make).found

    def add(
        self, data: bytes, stack: str, classes: Sequence[str], title: str
    ) -> tuple[StoredNetwork, OwnNetwork]:
        """Check a file and its stack, and keep them under a new name; `classes` may be empty.

        Raises
        ------
        UserError
            What `check_own` refuses, `network_store_full`.
        """
        check_own(data, stack, classes, self.limits, self.bounds)
        stored = self.store.add(data, stack, tuple(classes), title[:MAX_TITLE])
        return stored, self.find(stored.name)[1]
