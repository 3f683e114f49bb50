"""Draws docs/screenshot.png: the lab's first view in the system's Chromium, with the worked example."""

import os
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.serving import running

PICTURE = Path(__file__).parent / "screenshot.png"


def main() -> None:
    """Serve, photograph, and shrink the picture to 256 colours."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as address,
        sync_playwright() as driver,
    ):
        path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light", locale="en-GB")
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURE)
        browser.close()
    Image.open(PICTURE).convert("P", palette=Image.Palette.ADAPTIVE).save(PICTURE, optimize=True)
    print(f"{PICTURE} ({PICTURE.stat().st_size // 1000} kB)")


if __name__ == "__main__":
    main()
