"""YAML whose mappings know the line they stand on, so that a fault in a lesson's file can be shown where it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import yaml

MOST_VALUES = 20_000  # a few that stand for each other (*name) would be billions
DEEPEST = 12  # nesting of a lesson's file; one that refers to itself would never end
_BOOLEAN = "tag:yaml.org,2002:bool"


class Marked(dict[str, Any]):
    """A mapping with the line (from 1) of each of its names, and its own."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, name: str) -> int:
        """Where a name stands; the mapping itself where the name is missing."""
        return self.lines.get(name, self.line)


class MarkedError(ValueError):
    """Text that is no YAML, or not of a lesson's kind, with its line."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.problem, self.line = problem, line


def read_marked(text: str, first_line: int = 1) -> Any:
    """Read a document; `first_line` is the line of the file on which the text begins.

    Raises
    ------
    MarkedError
        Where the text is no YAML, a name stands twice, or the nesting is too deep.
    """
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:  # a character that no YAML holds
        raise MarkedError(str(error).partition("\n")[0], first_line) from error
    try:
        node = loader.get_single_node()
        return None if node is None else _made(loader, node, first_line, 0, count(1))
    except RecursionError as error:
        raise MarkedError("nested too deep", first_line) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise MarkedError(str(error.problem), line + first_line) from error
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, MarkedError):
            raise
        raise MarkedError(str(error).partition("\n")[0], first_line) from error
    finally:
        loader.dispose()


def _made(loader: yaml.SafeLoader, node: yaml.Node, first: int, depth: int, counted: Iterator[int]) -> Any:
    line = node.start_mark.line + first
    if next(counted) > MOST_VALUES:
        raise MarkedError(f"more than {MOST_VALUES} values", line)
    if depth > DEEPEST:
        raise MarkedError("nested too deep", line)
    if isinstance(node, yaml.MappingNode):
        made = Marked(line)
        for key, value in node.value:
            name, at = str(key.value), key.start_mark.line + first
            if name in made:
                raise MarkedError(f"{name} stands twice", at)
            made.lines[name] = at
            made[name] = _made(loader, value, first, depth + 1, counted)
        return made
    if isinstance(node, yaml.SequenceNode):
        return [_made(loader, item, first, depth + 1, counted) for item in node.value]
    if node.tag == _BOOLEAN and node.value.lower() not in ("true", "false"):
        return node.value  # as an answer, `no` is a word
    return loader.construct_object(node)
