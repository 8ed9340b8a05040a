"""Measurements of one operator; one idea a file."""
