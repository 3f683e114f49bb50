"""Finds the text keys that the program uses, by reading its sources; helper of `test_usage`."""

import re
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (("app", "*.py"), ("templates", "*.html"), ("static/js", "*.js"))

# t('key'), t("key", n=3), say("key"), catalogue.text("key", lang); or a prefix put together with ~ or +.
_CALL = re.compile(r"""(?:\bt|\bsay|\.text|\.markup)\(\s*(["'])([a-z][\w.]*)\1\s*([,)~+])""")
# Any quoted dotted word: keys handed on as values, as in `label="lab.size"` or a list of notices.
_LITERAL = re.compile(r"""(["'])([a-z]\w*(?:\.\w+)+)\1""")


def source_texts() -> Iterable[str]:
    """Read every file that may name a key."""
    for folder, pattern in SOURCES:
        for path in sorted((ROOT / folder).rglob(pattern)):
            yield path.read_text(encoding="utf-8")


def called_keys(text: str) -> set[str]:
    """Return the keys that are looked up by name; a prefix to be put together ends with a dot or a line."""
    return {key for _, key, after in _CALL.findall(text) if after in ",)" or key[-1] in "._"}


def literal_keys(text: str) -> set[str]:
    """Return every quoted word that looks like a key."""
    return {key for _, key in _LITERAL.findall(text)}


def is_put_together(prefix: str, text: str) -> bool:
    """Tell whether the text builds keys with this prefix: f"errors.{code}", 'layers.' ~ kind, `js.${name}`."""
    start = re.escape(prefix.rstrip("."))
    return re.search(rf"""["'`]{start}(\.?\{{|\.?\$\{{|\.?["'`]\s*[~+])""", text) is not None
