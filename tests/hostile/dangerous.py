"""What a browser would run or fetch in a page, and texts that try to make it do so."""

import re
from html.parser import HTMLParser

from tests.hostile.good_files import whole

API = "/api/v1"
SCRIPT = "<script>alert(1)</script>"
BREAKS = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}",
    "&lt;b&gt;",
)


class Danger(HTMLParser):
    """Collects what a browser would run or fetch from elsewhere in a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "script" and not (
            values.get("src", "").startswith("/static/") or values.get("type") == "application/json"
        ):
            self.found.append(self.get_starttag_text())
        if tag in ("iframe", "object", "embed", "base", "style"):
            self.found.append(self.get_starttag_text())
        for name, value in attributes:
            leads = name in (
                "href",
                "src",
                "action",
                "formaction",
                "xlink:href",
                "data",
                "poster",
                "hx-get",
                "hx-post",
            )
            if (
                name.startswith("on")
                or name == "style"
                or (leads and re.match(r"\s*(javascript|data:text|vbscript)", value or "", re.I))
            ):
                self.found.append(self.get_starttag_text())


def dangers(html):
    parser = Danger()
    parser.feed(html)
    return parser.found


def upload(site, name="a.png", **headers):
    return site.post(f"{API}/images", files={"file": (name, whole("PNG"))}, headers=headers)
