"""Convisor: shows what convolutional layers do to a photo, cell by cell."""

__version__ = "0.1.0"
