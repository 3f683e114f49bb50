"""A link's question in one short parameter, so that the address does not tell the answer at a glance.

It hides from a glance alone: whoever wants to can unpack it, as can the page's own source be read.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping

from app.domain.errors import UserError

PACKED = "q"
LONGEST_PACKED = 4000  # characters: what a lesson's address keeps of one parameter
_LONGEST_WORDS = 20_000  # bytes of what it unpacks to


def pack_question(words: Mapping[str, str]) -> str:
    """Names and words as base64url of compressed JSON, without its padding; empty for no words.

    Raises
    ------
    UserError
        `link_question_long`.
    """
    if not words:
        return ""
    written = json.dumps(dict(words), ensure_ascii=False, separators=(",", ":"))
    packed = urlsafe_b64encode(zlib.compress(written.encode(), 9)).decode().rstrip("=")
    if len(packed) > LONGEST_PACKED:
        raise UserError("link_question_long")
    return packed


def unpack_question(packed: str, names: Collection[str]) -> dict[str, str]:
    """The words that were packed under some of the `names`.

    Raises
    ------
    UserError
        `link_question_unread` for what `pack_question` did not write.
    """
    if not packed:
        return {}
    try:
        pressed = urlsafe_b64decode(packed.encode("ascii") + b"=" * (-len(packed) % 4))
        whole = zlib.decompressobj()
        written = whole.decompress(pressed, _LONGEST_WORDS)
        words = (
            json.loads(written.decode()) if whole.eof else None
        )  # its end holds a check of what was cut off
        json.dumps(words, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except (ValueError, zlib.error, RecursionError):
        raise UserError("link_question_unread") from None
    if not isinstance(words, dict) or not all(
        name in names and isinstance(text, str) for name, text in words.items()
    ):
        raise UserError("link_question_unread")
    return words
