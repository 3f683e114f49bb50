"""Pays for what is slow the first time, before a user has to: torch's import, a pass through each network."""

from __future__ import annotations

import numpy as np

from app.compute.threads import load_torch
from app.domain.errors import UserError
from app.engine.network import Networks


def warm(networks: Networks) -> None:
    """Import torch and send one small grey picture through every network."""
    load_torch()
    for network in networks.loaded.values():
        maps = np.full((3, 8, 8), 0.5, dtype=np.float32)
        try:
            for layer in network.logits_stage()[0].layers:
                layer.shape_after((maps.shape[0], maps.shape[1], maps.shape[2]))
                maps = layer.forward(maps)
        except UserError:
            continue  # a network that reads no such picture is as warm as it gets
