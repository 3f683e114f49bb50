"""Curves of functions in a plot."""

from app.rendering.curve import Plot, curve_path, drop_path

PLOT = Plot(left=-2, right=2, bottom=-1, top=1, width=80, height=40)


def test_up_is_up_and_points_outside_stand_on_the_edge():
    assert (PLOT.point(-2, -1), PLOT.point(0, 0), PLOT.point(2, 1)) == ((0, 40), (40, 20), (80, 0))
    assert PLOT.point(9, 9) == (80, 0)


def test_relu_is_drawn_as_two_lines():
    assert curve_path([(-2, 0), (0, 0), (1, 1)], PLOT) == "M0 20L40 20L60 0"


def test_axes_cross_at_zero():
    assert PLOT.axes == "M0 20H80M40 0V40"


def test_the_drop_goes_up_to_the_curve_and_across_to_the_axis():
    assert drop_path(1, 0.5, PLOT) == "M60 20V10H40"
