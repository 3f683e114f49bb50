"""Tiny generated archives in the form of the real ones."""

import csv
import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

COUNTS = {
    "train": {"cat": 6, "dog": 6},
    "extra": {"cat": 2, "dog": 2},
    "varied": {"cat": 6, "dog": 6},
    "other_train": {"other": 20},
    "val": {"cat": 6, "dog": 6},
    "test_web": {"cat": 3, "dog": 3},
    "ood_dev": {"other": 4},
}
VARIED_SOURCES = ("stock-photos", "petstagram", "afhq-cat", "coursework-web-h")
KEEP_ASPECT = ("test_web", "ood_dev")


def encoded(rng: np.random.Generator, rows: int, cols: int) -> bytes:
    """A lossless picture of noise."""
    buffer = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (rows, cols, 3), dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every split, a manifest and the teacher's targets for the training part."""
    folder = tmp_path_factory.mktemp("archives")
    rng = np.random.default_rng(5)
    manifest, targets = [], []
    for split, counts in COUNTS.items():
        with zipfile.ZipFile(folder / f"{split}.zip", "w") as archive:
            names = [f"{label}/{n:04d}.png" for label, count in counts.items() for n in range(count)]
            for number, name in enumerate(names):
                shape = (90 + 40 * (number % 3), 150) if split in KEEP_ASPECT else (128, 128)
                archive.writestr(name, encoded(rng, *shape))
                source = (
                    VARIED_SOURCES[number % 4] if split == "varied" else f"source-of-{split}/{number}.jpg"
                )
                manifest.append({"split": split, "file": name, "source": source})
                if split in ("train", "extra") and number != 1:
                    targets.append({"split": split, "file": name, "logit_dog": f"{rng.normal():.3f}"})
    with gzip.open(folder / "manifest.csv.gz", "wt", newline="") as file:
        write_rows(file, manifest)
    with (folder / "targets.csv").open("w", newline="") as file:
        write_rows(file, targets)
    return folder


def write_rows(file: io.TextIOBase, rows: list[dict[str, str]]) -> None:
    """Write dictionaries of equal keys as CSV."""
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
