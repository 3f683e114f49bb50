"""The named kernels, one family a module."""
