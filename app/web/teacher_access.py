"""Who may act as the teacher: whoever typed the token once. `same_site` keeps out pages of other sites."""

from __future__ import annotations

import hmac
import secrets

from fastapi import Request, Response

from app.domain.errors import UserError
from app.settings import Settings

COOKIE, COOKIE_PATH = "teacher", "/teacher"
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"  # none that is mistaken for another
_GROUPS, _GROUP = 3, 4  # 12 of 30 letters: 58 bits


def new_token() -> str:
    """A token that is easy to type, such as ``k7mw-2qxd-9fhr``."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def enter(request: Request, settings: Settings, token: str, answer: Response) -> None:
    """Let the browser that typed the token act from now on, until the server starts anew.

    Raises
    ------
    UserError
        `teacher_token_wrong`.
    """
    given = _bare(token).encode("utf-8", "replace")
    if not settings.teacher_token or not hmac.compare_digest(_bare(settings.teacher_token).encode(), given):
        raise UserError("teacher_token_wrong")
    answer.set_cookie(
        COOKIE,
        _pass(settings),
        path=COOKIE_PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def is_teacher(request: Request, settings: Settings) -> bool:
    """Whether the request comes from a browser that typed the token."""
    given = request.cookies.get(COOKIE, "").encode("utf-8", "replace")
    return bool(settings.teacher_token) and hmac.compare_digest(_pass(settings).encode(), given)


def require_teacher(request: Request, settings: Settings) -> None:
    """Let a change pass.

    Raises
    ------
    UserError
        `teacher_only`.
    """
    if not is_teacher(request, settings):
        raise UserError("teacher_only")


def _pass(settings: Settings) -> str:
    """What the cookie holds: made from the token, so that every worker knows it, and not the token itself."""
    return hmac.new(_bare(settings.teacher_token).encode(), b"convisor teacher", "sha256").hexdigest()


def _bare(token: str) -> str:
    return "".join(token.split()).replace("-", "").lower()
