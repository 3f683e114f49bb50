"""Sends a file of the corpus by one of the ways that take files, a different one from file to file."""

from __future__ import annotations

from typing import Any

from tests.hostile.corpus import Sent
from tests.hostile.weights_files import STACK

SCENE = {"stack": "gray|conv(sobel_x)|relu", "size": "32"}


def send(client: Any, file: Sent, number: int, language: str = "en") -> Any:
    """The answer to the file; `number` picks the way."""
    named = {"file": (file.name, file.data, "image/jpeg")}
    says = {"accept-language": language}
    if file.route == "network":
        path = ("/api/v1/networks", "/networks")[number % 4 == 3]
        return client.post(path, files=named, data={"stack": STACK}, headers=says)
    match number % 5:
        case 0:
            return client.post("/api/v1/images", files=named, headers=says)
        case 1:
            return client.post(
                "/api/v1/images", content=file.data, headers={**says, "content-type": "image/png"}
            )
        case 2:
            return client.post("/api/v1/classify", files=named, headers=says)
        case 3:
            return client.post("/api/v1/trace", files=named, data=SCENE, headers=says)
        case _:
            return client.post("/photos", files=named, data={"stack": "relu"}, headers=says)
