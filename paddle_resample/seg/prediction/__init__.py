"""Predicting images and videos with trained networks."""
