"""Gradients written out in NumPy: of a convolution (the lesson's g and h), and back through a small stack."""
