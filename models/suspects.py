"""Pictures whose label may be wrong: those that the network contradicts almost surely, listed and not dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from models.figures import DOG, confidence, p_dog

SURE = 0.98
MOST = 40
NOTE = (
    "Pictures that the network contradicts with a confidence above the limit, the surest first: wrong labels "
    "are among them, and so are hard pictures that it reads wrongly. They are listed, not dropped: all of "
    "them were trained on or counted."
)


class Labelled(Protocol):
    """A set of judged cats and dogs."""

    @property
    def names(self) -> np.ndarray: ...
    @property
    def logits(self) -> np.ndarray: ...
    @property
    def labels(self) -> np.ndarray: ...


def list_suspects(sets: Mapping[str, Labelled], temperature: float) -> dict[str, Any]:
    """Return for each set how many labels are contradicted, and the surest of them with their confidence."""
    return {
        "note": NOTE,
        "above": SURE,
        "at_most": MOST,
        "sets": {name: suspects(labelled, temperature) for name, labelled in sets.items()},
    }


def suspects(labelled: Labelled, temperature: float) -> dict[str, Any]:
    """Return count and list of one set's suspects."""
    sure = confidence(labelled.logits, temperature)
    contradicted = ((p_dog(labelled.logits) > 0.5) != (labelled.labels == DOG)) & (sure > SURE)
    rows = np.flatnonzero(contradicted)
    rows = rows[np.argsort(-sure[rows], kind="stable")]
    listed = [
        {"picture": str(labelled.names[row]), "confidence": round(float(sure[row]), 4)} for row in rows[:MOST]
    ]
    return {"pictures": len(labelled.labels), "found": len(rows), "listed": listed}
