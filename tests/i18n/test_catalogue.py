"""Texts: loading, checks, lookup, parameters."""

from pathlib import Path

import pytest

from app.i18n import LANGUAGES, Catalogue, MissingTextError, load_catalogue

TEXTS = """
[lab.title]
en = "Lab"
es = "Laboratorio"

[errors.kernel_too_large]
en = "The kernel has {kernel} rows, the input {rows}."
es = "El kernel tiene {kernel} filas; la entrada, {rows}."

"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return loaded(tmp_path, TEXTS)


def loaded(folder: Path, text: str) -> Catalogue:
    (folder / "some.toml").write_text(text, encoding="utf-8")
    return load_catalogue(folder)


def test_a_text_is_given_in_the_language_asked_for(catalogue: Catalogue) -> None:
    assert "Lab" == catalogue.text("lab.title", "en")
    assert "Laboratorio" == catalogue.text("lab.title", "es")


def test_parameters_are_written_the_way_of_the_language(catalogue: Catalogue) -> None:
    params = {"kernel": 2.5, "rows": [1, -2]}
    assert "The kernel has 2.5 rows, the input 1, −2." == catalogue.text(
        "errors.kernel_too_large", "en", **params
    )
    assert "El kernel tiene 2,5 filas; la entrada, 1; −2." == catalogue.text(
        "errors.kernel_too_large", "es", **params
    )


def test_parameters_without_a_place_are_left_out(catalogue: Catalogue) -> None:
    assert "Lab" == catalogue.text("lab.title", "en", unused=1)


def test_an_unknown_key_is_a_fault(catalogue: Catalogue) -> None:
    with pytest.raises(MissingTextError, match=r"lab\.nothing"):
        catalogue.text("lab.nothing", "en")


def test_a_parameter_not_given_is_a_fault_that_names_it(catalogue: Catalogue) -> None:
    with pytest.raises(MissingTextError, match="rows"):
        catalogue.text("errors.kernel_too_large", "en", kernel=3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[a.b]\nen = "x"', "a.b has en"),
        ('[a.b]\nen = "x"\nes = "y"\nfr = "z"', "a.b has"),
        ('[a.b]\nen = "x"\nes = " "', "a.b has no text in es"),
        ('[a.b]\nen = "{n} x"\nes = "x"', "a.b has different placeholders"),
        ('[a.b]\nen = "{n.__class__}"\nes = "{n.__class__}"', "not a plain name"),
        ('[a.b]\nen = "{}"\nes = "{}"', "not a plain name"),
        ('en = "x"', "outside of a table"),
    ],
)
def test_a_faulty_file_is_refused_with_the_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        loaded(tmp_path, text)


def test_one_key_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(TEXTS, encoding="utf-8")
    with pytest.raises(ValueError, match="another file"):
        loaded(tmp_path, TEXTS)


def test_every_text_of_the_program_stands_in_both_languages_with_equal_placeholders() -> None:
    catalogue = load_catalogue()
    for key in sorted(catalogue.keys()):
        params = dict.fromkeys(catalogue.placeholders(key), 1)
        assert all(catalogue.text(key, language, **params) for language in LANGUAGES)


def test_spanish_texts_keep_to_the_house_words() -> None:
    catalogue = load_catalogue()
    for key in sorted(catalogue.keys()):
        text = catalogue.text(key, "es", **dict.fromkeys(catalogue.placeholders(key), 1))
        assert "núcleo" not in text.lower(), key
