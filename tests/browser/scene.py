"""What several browser tests do: addresses of the lab, layers added by the search, pictures, the server's numbers."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

SCENE = {"image": "cat-chelsea", "size": "64", "fit": "crop"}


def lab(address: str, **state: str) -> str:
    """The address of the lab with a small cat, in English unless told."""
    return f"{address}/?{urlencode({**SCENE, 'lang': 'en', **state})}"


def asked(page: Page, name: str) -> str:
    """What the page's address says of one part of its state."""
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)[name][0]


def add(page: Page, after: int, name: str) -> None:
    """Add a layer by its button and the search, as one would."""
    page.locator(f'.add[data-add="{after}"]').click()
    page.locator("#addsearch").fill(name)
    page.locator("#addsearch").press("Enter")
    expect(page.locator(f"#col{after + 1}")).to_be_visible()


def tensor(address: str, stage: int, **state: str) -> NDArray[np.float32]:
    """A stage's numbers (channel, row, column), as the interface gives them to NumPy."""
    query = {key: value for key, value in {**SCENE, **state}.items() if key != "lang"}
    answer = httpx2.get(f"{address}/api/v1/tensors/{stage}.npy", params=query, timeout=30).raise_for_status()
    found: NDArray[np.float32] = np.load(BytesIO(answer.content))
    return found


def written(value: float, digits: int) -> str:
    """A number as the English page writes it."""
    text = f"{value:.{digits}f}"
    return (text if float(text) else text.lstrip("-")).replace("-", "−")


def png(width: int = 80, height: int = 60) -> bytes:
    """A green picture as a file."""
    out = BytesIO()
    Image.new("RGB", (width, height), (10, 200, 30)).save(out, "PNG")
    return out.getvalue()


def expect_own_photo(page: Page) -> None:
    """The page's picture is an upload: its address names 32 hexadecimal digits."""
    page.wait_for_url(lambda url: len(parse_qs(urlsplit(url).query).get("image", [""])[0]) == 32)
