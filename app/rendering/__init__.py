"""Turns arrays into bytes: colour maps, PNG, overlays, NPY, CSV."""
