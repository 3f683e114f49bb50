"""What the store's tests share: a clock that they move."""

import pytest

from tests.store.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()
