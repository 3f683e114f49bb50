"""The hot primitives: padding, correlation, pooling."""
