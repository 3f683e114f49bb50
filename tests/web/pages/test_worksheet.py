"""The worksheet: its solutions are those of torch's own layers, and a lesson's sheet asks the lesson's question."""

from __future__ import annotations

import re

import pytest
import torch
from fastapi.testclient import TestClient
from torch import nn

STACK = "conv(sobel_x,stride=2)|maxpool(2)|local(3)"


def words(html: str) -> str:
    """What a reader sees."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_solutions_are_torchs_sizes_weights_and_field(client: TestClient) -> None:
    asked = {"stack": STACK, "image": "cat-tabby", "size": "64", "at": "1.0.2.3", "lang": "en"}
    sheet = words(client.get("/worksheet", params=asked).text)
    solutions = sheet[sheet.index("Solutions") :]
    torch.manual_seed(0)
    x = torch.zeros(1, 3, 64, 64, requires_grad=True)
    steps = [nn.Conv2d(3, 3, 3, stride=2), nn.MaxPool2d(2), nn.Conv2d(3, 1, 3)]
    sides = []
    y = x
    for step in steps:
        y = step(y)
        sides.append(y.shape[-1])
    for side in sides:
        assert f"{side} × {side} ⌊(" in solutions
    assert f" {sides[-1] ** 2 * 3 * 3 * 3} " in solutions  # a kernel of its own at every place
    mean = nn.AvgPool2d(2)(nn.Conv2d(3, 3, 3, stride=2)(x))  # a maximum would hide the cells that lost
    nn.Conv2d(3, 1, 3)(mean)[0, 0, 5, 5].backward()
    seen = int((x.grad != 0).any(dim=1)[0].any(dim=1).sum())
    assert f"{seen} × {seen} −" in solutions
    assert "compute the cell in row 2, column 3" in sheet


@pytest.mark.parametrize(("lang", "solutions"), [("en", "Solutions"), ("es", "Soluciones")])
def test_a_lessons_sheet_asks_the_lessons_question(client: TestClient, lang: str, solutions: str) -> None:
    sheet = client.get("/worksheet", params={"lesson": "kernels", "stack": "gray", "lang": lang}).text
    assert solutions in sheet
    assert "☐" in sheet
