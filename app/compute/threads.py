"""Threads of the numeric libraries, and the one place where torch is imported, when it is first needed."""

from __future__ import annotations

import sys
import threading
from types import ModuleType

import cv2

_lock = threading.Lock()
_threads = 1  # many small jobs at a time: one thread each is the most throughput


def set_threads(count: int) -> None:
    """Let OpenCV and torch use `count` threads within one operation; holds for a torch loaded later too."""
    global _threads
    with _lock:
        _threads = count
        cv2.setNumThreads(count)
        set_torch = getattr(sys.modules.get("torch"), "set_num_threads", None)
        if (
            set_torch is not None
        ):  # a torch that another thread is importing takes the count when it is loaded
            set_torch(count)


def load_torch() -> ModuleType:
    """Import torch (seconds, the first time) with the threads that were set."""
    first = "torch" not in sys.modules
    import torch

    if first:
        with _lock:
            torch.set_num_threads(_threads)
    return torch
