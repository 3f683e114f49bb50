"""The threads of OpenCV and torch."""

import subprocess
import sys

import cv2

from app.compute.threads import load_torch, set_threads


def test_threads_hold_for_opencv_and_for_a_torch_loaded_later():
    code = (
        "import cv2; from app.compute.threads import load_torch, set_threads; set_threads(2);"
        "assert cv2.getNumThreads() == 2; assert load_torch().get_num_threads() == 2;"
        "set_threads(1); assert load_torch().get_num_threads() == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_are_set_in_both_libraries_at_once():
    torch, before = load_torch(), cv2.getNumThreads()
    try:
        for count in (2, 1):
            set_threads(count)
            assert (count, count) == (cv2.getNumThreads(), torch.get_num_threads())
    finally:
        set_threads(before)
