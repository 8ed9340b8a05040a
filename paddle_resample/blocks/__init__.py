"""Layers that several operators are built from; none is a resampler by itself."""
