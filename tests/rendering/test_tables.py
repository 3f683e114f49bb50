"""NPY and CSV read back exactly."""

import csv
import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.rendering.tables import csv_bytes, npy_bytes

finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
planes = arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=finite)


@settings(max_examples=40)
@given(arrays(np.float32, array_shapes(min_dims=1, max_dims=4, max_side=5), elements=finite))
def test_npy_round_trips(array):
    back = np.load(io.BytesIO(npy_bytes(array)), allow_pickle=False)
    assert array.dtype == back.dtype
    assert np.array_equal(array, back)


def test_npy_of_a_transposed_array_is_in_c_order():
    array = np.arange(12, dtype=np.float32).reshape(3, 4).T
    back = np.load(io.BytesIO(npy_bytes(array)))
    assert back.flags.c_contiguous
    assert np.array_equal(array, back)


@settings(max_examples=60)
@given(planes, st.sampled_from([".", ","]))
def test_csv_round_trips_to_the_bit(plane, decimal):
    text = csv_bytes(plane, decimal).decode()
    rows = csv.reader(io.StringIO(text), delimiter=";" if decimal == "," else ",")
    back = np.array([[np.float32(cell.replace(",", ".")) for cell in row] for row in rows])
    assert np.array_equal(plane.view(np.uint32), back.view(np.uint32))


def test_csv_has_the_shortest_numbers():
    plane = np.array([[0.1, 1, -2.5], [1 / 3, 0, 1e-8]], np.float32)
    assert csv_bytes(plane) == b"0.1,1.0,-2.5\n0.33333334,0.0,1e-08\n"
    assert csv_bytes(plane, decimal=",") == b"0,1;1,0;-2,5\n0,33333334;0,0;1e-08\n"
