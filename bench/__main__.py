"""Measure the parts named, all without a name, keep the figures in docs/performance.json and write them up.

`python -m bench [steps against scaling classes start memory]`
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bench import against, load, memory, report, scaling, start, steps

PARTS: dict[str, Callable[[], Any]] = {
    "steps": steps.measure,
    "against": against.measure,
    "scaling": scaling.measure,
    "classes": load.measure,
    "start": start.measure,
    "memory": lambda: [asdict(point) for point in memory.measure(memory.MOVES)],
}


def main() -> None:
    """Measure, keep, write."""
    for name in sys.argv[1:] or PARTS:
        print(f"measuring {name}", flush=True)
        report.keep(name, PARTS[name]())
    report.write()


if __name__ == "__main__":
    main()
