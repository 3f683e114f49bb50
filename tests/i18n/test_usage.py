"""The sources and the catalogue agree: no text is missing, none is left over."""

import pytest

from app.i18n.catalogue import load_catalogue
from app.web.templating import SAID_BY_BOTH, words
from tests.i18n.used_keys import (
    DYNAMIC_PREFIXES,
    ROOT,
    called_keys,
    is_put_together,
    literal_keys,
    source_texts,
)


def is_dynamic(key: str) -> bool:
    return key.startswith(DYNAMIC_PREFIXES)


def test_every_key_looked_up_in_the_sources_has_a_text() -> None:
    called = set().union(*(called_keys(text) for text in source_texts()))
    known = load_catalogue().keys()
    assert set() == {key for key in called if key not in known and not is_dynamic(key)}


def test_every_text_is_used_somewhere() -> None:
    literals = set().union(*(literal_keys(text) for text in source_texts()))
    assert set() == {key for key in load_catalogue().keys() - literals if not is_dynamic(key)}


def test_every_prefix_is_put_together_somewhere_and_has_texts() -> None:
    sources = list(source_texts())
    unused = [p for p in DYNAMIC_PREFIXES if not any(is_put_together(p, text) for text in sources)]
    assert [] == unused
    known = load_catalogue().keys()
    assert all(any(key.startswith(prefix) for key in known) for prefix in DYNAMIC_PREFIXES)


def test_scripts_are_given_every_text_that_they_say() -> None:
    given = {screen: words(load_catalogue(), "en", screen).keys() for screen in ("lab", "network", "lesson")}
    said: set[str] = set()
    for path in (ROOT / "static/js").rglob("*.js"):
        screens = [path.parent.name] if path.parent.name in given else list(given)
        keys = called_keys(path.read_text("utf-8"))
        assert set() == keys - set.intersection(*(set(given[screen]) for screen in screens)), path.name
        said |= keys
    assert set(SAID_BY_BOTH) <= said


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("{{ t('lab.title') }}", {"lab.title"}),
        ('{{ t("lab.count", n=3) }}', {"lab.count"}),
        ("catalogue.text('lab.title', language)", {"lab.title"}),
        ("{{ t('layers.' ~ kind ~ '.name') }}", {"layers."}),
        ("format('lab.title') + text", set()),
    ],
)
def test_calls_are_found_in_each_way_of_writing(source: str, keys: set[str]) -> None:
    assert keys == called_keys(source)
