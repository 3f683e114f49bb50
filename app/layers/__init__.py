"""One module per kind of layer: the folder to extend.

A layer declares its parameters, window, output shape, forward rule and how one cell comes about.
"""
