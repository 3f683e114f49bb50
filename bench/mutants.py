"""How many small changes to the stack and the engine the tests notice: `make mutants`.

mutmut makes the changes (another operator, a number more by one, an argument left out, ...), knows which
tests reach the changed function, and runs those, the quickest first. There are some 15,000 of them, which
is most of a day; so a sample is drawn from a seed.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files
from mutmut.utils.format_utils import get_mutant_name

SAMPLE, SEED = 320, 12
KILLED = ("killed", "timeout")  # one that never ends is noticed as well
MUTMUT = Path(sys.executable).with_name("mutmut")


def mutants_of(path: Path) -> list[str]:
    """The names of all changes that can be made in one file."""
    made = mutate_file_contents(str(path), path.read_text(), None, None)
    return [get_mutant_name(path, name) for name in made.mutant_names]


def results() -> dict[str, str]:
    """What became of each change that has been tried."""
    found: dict[str, str] = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        found |= {name: status_by_exit_code[code] for name, code in data.exit_code_by_key.items()}
    return found


def main() -> None:
    """Draw the sample, run it, and show every change that no test noticed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sample", type=int, default=SAMPLE)
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--jobs", type=int, default=1)
    chosen = arguments.parse_args()
    everything = [name for path in sorted(walk_mutatable_files()) for name in mutants_of(path)]
    draw = random.Random(chosen.seed)  # nosec B311  # a sample, no secret
    sample = sorted(draw.sample(everything, chosen.sample))
    subprocess.run([MUTMUT, "run", "--max-children", str(chosen.jobs), *sample], check=True)

    became = results()
    counts = Counter(became[name] for name in sample)
    for name in sample:
        if became[name] not in KILLED:
            subprocess.run([MUTMUT, "show", name], check=True)
    killed = sum(counts[status] for status in KILLED)
    print(
        f"{killed} of {len(sample)} (of {len(everything)}, seed {chosen.seed}) noticed: {killed / len(sample):.1%}"
    )
    print(dict(counts))


if __name__ == "__main__":
    main()
