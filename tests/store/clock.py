"""A clock that a test moves, for what stays and goes with time."""

HOUR = 3600.0


class Clock:
    """Seconds since 1970, as far as a test says."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now
