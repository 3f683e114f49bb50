"""Files that are something else, or two things at once: scripts, archives, documents, polyglots, wrong names."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
from collections.abc import Iterator

import numpy as np
from PIL import Image

from tests.hostile.good_files import FORMATS, File, noise, saved, whole, zipped

_SCRIPT = b"<script>alert(1)</script>"
NAMES = (
    "../../etc/passwd.jpg", "..\\..\\boot.ini.png", "<img src=x onerror=alert(1)>.jpg", "a\r\nX-Bad: 1.jpg", "a\0b.jpg",
    "x" * 5000 + ".jpg", "cat.jpg.exe", "\u202egpj.exe", "CON.jpg", "'; DROP TABLE photos;--.jpg", "${jndi:ldap://a/b}.png",
    "{{7*7}}.jpg", "%2e%2e%2f.jpg", ".htaccess", "", " ", "фото.jpg", "😀.png", '"quoted".jpg', "a;b=c.jpg",
)  # fmt: skip


def files(seed: int) -> Iterator[File]:
    """Some 190 of them."""
    yield from (("foreign", name, data) for name, data in _foreign())
    yield from (("polyglot", name, data) for name, data in _polyglots())
    for format in FORMATS:
        for other in ("jpg", "png", "gif", "html", "svg", "exe"):
            yield "wrong extension", f"picture.{other}", whole(format)
    for name in NAMES:
        yield "strange name", name, whole("PNG")
        yield "strange name of no picture", name, b"hello"


def _foreign() -> Iterator[tuple[str, bytes]]:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>%s</svg>"
    yield "script.svg", svg % _SCRIPT
    yield "plain.jpg", svg % b"<circle r='3'/>"
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    yield (
        "laughs.svg",
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">' + laughs + b"]>" + svg % b"&l9;",
    )
    entity = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield "outside.svg", b'<?xml version="1.0"?>' + entity + svg % b"&x;"
    yield "utf16.svg", (svg % b"").decode().encode("utf-16")
    for name, start in (
        ("a.html", b"<!doctype html>"),
        ("b.png", b"\n\n <HTML>"),
        ("c.gif", b"\xef\xbb\xbf<html>"),
    ):
        yield name, start + _SCRIPT
    yield "deep.html", b"<html>" + b"<b>" * 100_000
    yield "a.xml", b"<?xml version='1.0'?><a/>"
    for name, body in (("a.zip", b"a"), ("bomb.zip", bytes(20_000_000))):
        yield name, zipped("../../a.png", body)
    yield "bomb.gz", gzip.compress(bytes(20_000_000), mtime=0)
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("/etc/passwd"), io.BytesIO())
    yield "a.tar", file.getvalue()
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    yield "a.npy", file.getvalue()
    yield "a.pkl", pickle.dumps({"a": 1})
    for name, format in (("a.ico", "ICO"), ("a.ppm", "PPM"), ("a.tga", "TGA"), ("a.pcx", "PCX"), ("a.jp2", "JPEG2000"), ("a.eps", "EPS"), ("a.dds", "DDS"), ("a.icns", "ICNS"),
                         ("a.sgi", "SGI"), ("a.mpo", "MPO"), ("a.qoi", "QOI")):  # fmt: skip
        try:
            yield name, saved(Image.fromarray(noise(32, 32)), format)
        except (KeyError, OSError):  # not in every build of Pillow
            continue
    for name, start in (
        ("a.pdf", b"%PDF-1.7\n"), ("a.exe", b"MZ\x90\0"), ("a.elf", b"\x7fELF"), ("a.sh", b"#!/bin/sh\nrm -rf /\n"), ("a.php", b"<?php system('id');"),
        ("a.mp4", b"\0\0\0\x18ftypisom"), ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), ("a.mp3", b"ID3\3\0"),
        ("a.wav", b"RIFF\0\0\0\0WAVE"), ("a.webm", b"\x1a\x45\xdf\xa3"), ("a.ps", b"%!PS-Adobe\n"), ("a.psd", b"8BPS\0\1"),
        ("a.jxl", b"\xff\x0a"), ("a.cr2", b"II*\0\x10\0\0\0CR\2\0"), ("a.fits", b"SIMPLE  ="), ("a.bmp", b"BMW is a car"),
        ("a.txt", b"hello"), ("a.json", json.dumps({"image": [1]}).encode()), ("a.csv", b"1,2\n3,4"), ("a.7z", b"7z\xbc\xaf\x27\x1c"),
        ("a.rar", b"Rar!\x1a\7\0"), ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ("a.class", b"\xca\xfe\xba\xbe"),
        ("a.wasm", b"\0asm\1\0\0\0"), ("a.swf", b"FWS\x09"), ("a.sqlite", b"SQLite format 3\0"), ("a.woff2", b"wOF2"),
    ):  # fmt: skip
        yield name, start + bytes(80)


def _polyglots() -> Iterator[tuple[str, bytes]]:
    """A picture in front with something else behind or inside, or the other way round."""
    archive = zipped("a.html", _SCRIPT)
    for format in FORMATS:
        data = whole(format)
        yield f"zip-behind.{format}", data + archive
        yield f"html-behind.{format}", data + b"<html>" + _SCRIPT
        yield f"html-before.{format}", b"<!--" + data + b"--><html>" + _SCRIPT
        yield f"pdf-before.{format}", b"%PDF-1.7\n" + data
        yield f"blank-before.{format}", b"\n" + data
        yield f"twice.{format}", data + data
        yield f"other-behind.{format}", data + whole("GIF")
    jpeg = whole("JPEG")
    yield "comment.jpg", jpeg[:2] + b"\xff\xfe\x00\x1b" + _SCRIPT + jpeg[2:]
    yield "script.gif", b"GIF89a/*" + whole("GIF")[8:] + b"*/=1;alert(1)"
    yield "script.bmp", whole("BMP") + b"*/alert(1)"
