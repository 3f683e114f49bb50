"""What the server prints when a teacher starts it: addresses, the code for the room's phones, the teacher's token."""

from __future__ import annotations

from app.settings import Settings
from app.web.lan import qr_text, room_address
from app.web.language import say_in


def greeting(settings: Settings, token: str) -> str:
    """The whole message, in the operator's language."""
    say = say_in(settings.default_language)
    here = f"http://127.0.0.1:{settings.port}"
    room = room_address(settings)
    lines = ["", f"  {say('start.here')}  {here}/?lang={settings.default_language}"]
    if room:
        lines += [f"  {say('start.room')}  {room}/class", "", qr_text(f"{room}/class"), ""]
    else:
        lines += ["", f"  {say('start.alone')}", ""]
    whose = say("start.token_set") if settings.teacher_token else say("start.token")
    lines += [f"  {say('start.teacher')}  {here}/teacher", f"  {whose}  {token}", ""]
    return "\n".join(lines)
