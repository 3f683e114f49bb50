"""Stacks as runnable code: one script each for PyTorch, Keras 3 and NumPy, and what differs between them."""

from app.code.differences import Difference, differences
from app.code.script import Line, Script
from app.code.write import FRAMEWORKS, Framework, write

__all__ = ["FRAMEWORKS", "Difference", "Framework", "Line", "Script", "differences", "write"]
