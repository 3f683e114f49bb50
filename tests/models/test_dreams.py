"""The shipped pictures of what units answer to most: made for the shipped weights, small, and true to their numbers."""

import numpy as np
import pytest

from app.engine.dreaming import sight_of
from app.engine.dreams import dreams_path, load_dreams
from models.dreams import FOLDER, Job, _work, chain_for, cut, network_of, sheet_of, stages
from tests.engine.attribution.made import shipped_subject

NETWORK = network_of(FOLDER, "catdog")
CHAIN = chain_for(NETWORK)


@pytest.fixture(scope="module")
def shipped():
    found = load_dreams(dreams_path(FOLDER, "catdog"), NETWORK)
    assert found, "models/catdog.dreams.zip is not of these weights: run python -m models.dreams"
    return found


def test_every_unit_of_every_layer_and_every_output_has_one(shipped):
    counts = {CHAIN.last if stage is None else stage: count for stage, count in stages(NETWORK, CHAIN)}

    assert counts == {stage: len(sheet.reached) for stage, sheet in shipped.sheets.items()}
    assert dreams_path(FOLDER, "catdog").stat().st_size < 1_000_000


def test_the_numbers_are_those_of_the_pictures_as_shipped(shipped):
    """Pixels as they are decoded, through torch; three units a sheet."""
    from app.engine.dreaming import reached

    for stage, sheet in shipped.sheets.items():
        sight = sight_of(CHAIN, None if stage == CHAIN.last else stage)
        count = len(sheet.reached)
        pictures = cut(sheet.webp, count, sheet.rows, sheet.cols, sheet.columns)
        units = sorted({0, count // 2, count - 1})
        found = reached(sight, pictures[units], units)
        np.testing.assert_allclose([sheet.reached[unit] for unit in units], found, atol=0.02)
        assert (sight.rows, sight.cols) == sheet.field


def test_cat_and_dog_are_reached_better_than_by_the_photos_of_them(shipped):
    logits = shipped.sheets[CHAIN.last].reached
    for unit, sample in enumerate(("cat-chelsea", "dog-retriever")):
        subject = shipped_subject(sample, unit)
        assert logits[unit] > subject.logits([subject.picture])[0, unit]


def test_the_command_draws_the_same_again():
    first, again = (_work(FOLDER, "catdog", Job(3, (0, 1, 2), 0, 4)) for _ in range(2))
    sheet = sheet_of(sight_of(CHAIN, 3), first, CHAIN.last)

    np.testing.assert_array_equal(first, again)
    np.testing.assert_allclose(first, cut(sheet.webp, 3, 3, 3, sheet.columns), atol=0.5 / 255 + 1e-6)
    assert (3, 3) == (len(sheet.reached), sheet.stage)
