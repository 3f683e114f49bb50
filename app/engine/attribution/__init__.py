"""Which cells of a photo a network's answer hangs on: one module a method, each with its check."""
