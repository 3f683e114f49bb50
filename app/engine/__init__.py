"""Runs stacks and networks on photos: traces, cells, attribution."""
