"""The start: addresses, a code that a phone's reader reads, and no code where the room cannot come in."""

from __future__ import annotations

import re
from urllib.parse import unquote

import cv2
import numpy as np
import pytest

from app.settings import Settings
from app.web import lan
from app.web.lan import qr_svg, qr_text, room_address
from app.web.start import greeting

HALVES = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}


def read(pixels: np.ndarray) -> str:
    """What a reader that is not ours makes of a code, one pixel a module."""
    large = np.kron(np.pad(pixels, 4, constant_values=255), np.ones((8, 8))).astype(np.uint8)
    return cv2.QRCodeDetector().detectAndDecode(large)[0]


@pytest.mark.parametrize("address", ["http://192.168.1.20:8000/class", "http://10.0.0.7/class"])
def test_the_terminals_code_leads_to_the_room(address):
    lines = re.sub(r"\x1b\[[\d;]*m", "", qr_text(address)).splitlines()
    rows = [[HALVES[mark][half] for mark in line] for line in lines for half in (0, 1)]
    assert address == read(np.array(rows, np.uint8))


def test_the_pages_code_is_a_picture_in_an_address():
    svg = unquote(qr_svg("http://192.168.1.20:8000/class"))
    assert svg.startswith("data:image/svg+xml")
    assert "script" not in svg


def test_the_greeting_names_room_teacher_and_token():
    settings = Settings(
        host="0.0.0.0", port=8000, public_url="http://192.168.1.20:8000/", default_language="es"
    )
    text = greeting(settings, "k7mw-2qxd-9fhr")
    assert "http://192.168.1.20:8000/class" in text
    assert "http://127.0.0.1:8000/teacher" in text
    assert "k7mw-2qxd-9fhr" in text
    assert "█" in text


def test_the_greeting_tells_where_the_token_is_from():
    assert "anew at every start" in greeting(Settings(host="127.0.0.1"), "k7mw-2qxd-9fhr")
    given = greeting(Settings(host="127.0.0.1", teacher_token="teach123"), "teach123")
    assert "CONVISOR_TEACHER_TOKEN:  teach123" in given
    assert "anew" not in given


def test_a_server_for_one_computer_prints_no_code():
    text = greeting(Settings(host="127.0.0.1"), "k7mw-2qxd-9fhr")
    assert "█" not in text
    assert "make class" in text


def test_the_address_in_the_room_is_found_unless_it_is_a_containers(monkeypatch):
    monkeypatch.setattr(lan, "lan_addresses", lambda: ["192.168.1.20", "10.0.0.7"])
    monkeypatch.setattr(lan, "in_container", lambda: False)
    assert "http://192.168.1.20:8000" == room_address(Settings(host="0.0.0.0"))
    assert "http://192.168.7.7:8000" == room_address(Settings(host="192.168.7.7"))
    monkeypatch.setattr(lan, "in_container", lambda: True)
    assert "" == room_address(Settings(host="0.0.0.0"))


def test_addresses_are_of_networks_and_not_of_this_computer_alone(monkeypatch):
    class Adapter:
        def __init__(self, name, *ips):
            self.nice_name = name
            self.ips = [type("IP", (), {"ip": ip})() for ip in ips]

    adapters = [
        Adapter("lo", "127.0.0.1"),
        Adapter("docker0", "172.17.0.1"),
        Adapter("wlan0", "8.8.8.8", "192.168.1.20", ("fe80::1", 0, 2)),
        Adapter("eth0", "169.254.3.4"),
    ]
    monkeypatch.setattr(lan.ifaddr, "get_adapters", lambda: adapters)
    assert ["192.168.1.20", "8.8.8.8"] == lan.lan_addresses()
