"""The language and the geometry of stacks: standard library only, no arrays, no prose."""
