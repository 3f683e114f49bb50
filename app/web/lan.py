"""Where the room finds this computer: its addresses in the local network, and a QR code of one."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address
from pathlib import Path

import ifaddr
import segno

from app.settings import Settings

BRIDGES = (
    "docker",
    "br-",
    "veth",
    "virbr",
    "vmnet",
    "vboxnet",
    "podman",
    "cni",
)  # lead to containers, not to a room
EVERYWHERE = ("0.0.0.0", "::")  # nosec B104  # compared with, not bound


def in_container() -> bool:
    """Whether the addresses that can be seen here are a container's own."""
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()


def lan_addresses() -> list[str]:
    """This computer's IPv4 addresses in local networks, private ones first; asks nothing of any network."""
    found = []
    for adapter in ifaddr.get_adapters():
        if adapter.nice_name.lower().startswith(BRIDGES):
            continue
        for one in adapter.ips:
            if (
                isinstance(one.ip, str)
                and not (ip := IPv4Address(one.ip)).is_loopback
                and not ip.is_link_local
            ):
                found.append(ip)
    return [str(ip) for ip in sorted(found, key=lambda ip: not ip.is_private)]


def room_address(settings: Settings) -> str:
    """The address that the room opens, without a path; empty where nothing but this computer is let in."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    if settings.host not in EVERYWHERE:
        return (
            ""
            if settings.host in ("localhost", "127.0.0.1", "::1")
            else f"http://{settings.host}:{settings.port}"
        )
    found = [] if in_container() else lan_addresses()
    return f"http://{found[0]}:{settings.port}" if found else ""


@lru_cache(maxsize=32)
def qr_svg(address: str) -> str:
    """The code as a picture in an address (data:), black on white with its margin."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_data_uri(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )


def qr_text(address: str) -> str:
    """The code in half blocks, readable on light and dark terminals as it brings its own margin."""
    rows = [list(row) for row in segno.make(address, error="l", micro=False).matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ["".join(blocks[bool(a), bool(b)] for a, b in zip(*pair, strict=True)) for pair in pairs]
    return "\n".join(f"\x1b[97;40m{line}\x1b[0m" for line in lines)
