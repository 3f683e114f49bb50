"""A line of arithmetic from a lesson's file, such as ``(n + p - d*(k - 1) - 1)//s + 1``: read once, safe to compute."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 200
MOST = 1e15  # a larger number is no answer to a question
_BINARY: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARED: Mapping[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "sqrt": math.sqrt,
    "exp": math.exp,
}


@dataclass(frozen=True)
class Expression:
    """Arithmetic over named numbers: + - * / // %, comparisons, ``a if b else c``, a few functions."""

    text: str
    names: frozenset[str]
    node: ast.expr

    @classmethod
    def read(cls, text: str) -> Expression:
        """Read a line.

        Raises
        ------
        ValueError
            With what is not understood.
        """
        if len(text) > LONGEST:
            raise ValueError(f"longer than {LONGEST} characters")
        try:
            node = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise ValueError("no arithmetic") from error
        return cls(text, frozenset(_names(node)), node)

    def value(self, numbers: Mapping[str, float]) -> float:
        """The result; NaN where there is none, as in a division by zero or with a number that is not there."""
        try:
            found = float(_compute(self.node, numbers))
        except (ArithmeticError, ValueError, KeyError):
            return math.nan
        return found if abs(found) <= MOST else math.nan


def _names(node: ast.expr) -> set[str]:
    """The names that a line uses; raises ValueError for what is no arithmetic."""
    match node:
        case ast.Constant(value=bool()):
            raise ValueError("no arithmetic: True or False")
        case ast.Constant(value=int() | float()):
            return set()
        case ast.Name(id=name):
            return {name}
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _names(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _names(left) | _names(right)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
            return _names(left) | _names(right)
        case ast.IfExp(test=test, body=body, orelse=other):
            return _names(test) | _names(body) | _names(other)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS and args:
            return set[str]().union(*(_names(arg) for arg in args))
    raise ValueError(f"no arithmetic: {ast.unparse(node)}")


def _compute(node: ast.expr, numbers: Mapping[str, float]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return numbers[name]
        case ast.UnaryOp(op=op, operand=operand):
            value = _compute(operand, numbers)
            return -value if isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_compute(left, numbers), _compute(right, numbers))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _COMPARED[type(op)](_compute(left, numbers), _compute(right, numbers))
        case ast.IfExp(test=test, body=body, orelse=other):
            return _compute(body if _compute(test, numbers) else other, numbers)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name](*(_compute(arg, numbers) for arg in args))
    raise ValueError("unread arithmetic")
