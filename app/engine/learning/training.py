"""Trains the small network of shapes by Adam, and asks it about pictures it never saw; reproducible from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.engine.learning.descent import check_bound
from app.engine.learning.shape_net import Array, backward, first_weights, forward, loss_of
from app.engine.learning.shapes import CLASSES, Pictures, draw_shapes, draw_unseen

PICTURES, PICTURES_SEED = 2000, 0
FRESH, FRESH_SEED = 500, 99
BATCH = 50
MAX_STEPS = 600
RATES = (1e-4, 1.0)
BETAS, EPSILON = (0.9, 0.999), 1e-8  # Kingma and Ba 2015, section 2; the defaults of torch.optim.Adam


class ShapeTraining:
    """A training under way: `losses` and `hits` hold, for every step made, the batch's loss and share of hits."""

    def __init__(self, seed: int = 0, rate: float = 0.01, kind: type[np.floating[Any]] = np.float32) -> None:
        """Start from the weights that `seed` draws.

        Raises
        ------
        UserError
            `descent_setting` for a rate out of its bounds.
        """
        check_bound("rate", rate, *RATES)
        self.weights = first_weights(seed, kind)
        self.losses: list[float] = []
        self.hits: list[float] = []
        self._rate, self._kind = rate, kind
        self._means = {name: np.zeros_like(one) for name, one in self.weights.items()}
        self._squares = {name: np.zeros_like(one) for name, one in self.weights.items()}

    @property
    def step(self) -> int:
        """How many steps were made."""
        return len(self.losses)

    @property
    def nbytes(self) -> int:
        """Bytes of the weights and of the two running means of each."""
        return 3 * sum(one.nbytes for one in self.weights.values())

    def advance(self) -> None:
        """Look at the next 50 pictures and move every weight once."""
        pictures, labels = draw_shapes(PICTURES, PICTURES_SEED)
        part = np.arange(self.step * BATCH, (self.step + 1) * BATCH) % PICTURES
        done = forward(self.weights, pictures[part].astype(self._kind))
        grads = backward(self.weights, done, labels[part])
        self.hits.append(float((done.logits.argmax(axis=1) == labels[part]).mean()))
        self.losses.append(loss_of(done, labels[part]))
        first, second = BETAS
        for name, grad in grads.items():
            self._means[name] += (1 - first) * (grad - self._means[name])
            self._squares[name] += (1 - second) * (np.square(grad) - self._squares[name])
            mean = self._means[name] / (1 - first**self.step)
            square = self._squares[name] / (1 - second**self.step)
            self.weights[name] = self.weights[name] - self._rate * mean / (np.sqrt(square) + EPSILON)

    def confusion(self) -> NDArray[np.int64]:
        """Count fresh pictures, (3, 3): row what they show, column what the network says."""
        pictures, labels = draw_shapes(FRESH, FRESH_SEED)
        found = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
        said = forward(self.weights, pictures.astype(self._kind)).logits.argmax(axis=1)
        np.add.at(found, (labels, said), 1)
        return found

    def unseen(self) -> Array:
        """The shares given to each of `UNSEEN`, (4, 3)."""
        return self.shares(draw_unseen())

    def shares(self, pictures: Pictures) -> Array:
        """The shares given to pictures (N, 1, 24, 24), as (N, 3)."""
        return forward(self.weights, pictures.astype(self._kind)).shares()
