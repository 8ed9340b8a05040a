"""Checkpoints: weights, their files, and the lock of a run."""
