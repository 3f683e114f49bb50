"""A photo made of numbers, and a cache that counts."""

import pytest

from tests.engine.made import CountingCache, MadePhoto


@pytest.fixture
def photo() -> MadePhoto:
    return MadePhoto()


@pytest.fixture
def cache() -> CountingCache:
    return CountingCache()
