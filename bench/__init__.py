"""Speed as ratios within one run: ours against the least that the same answer can cost. `python -m bench`."""
