"""Convisor: shows what convolutional layers do to a photo, cell by cell."""
