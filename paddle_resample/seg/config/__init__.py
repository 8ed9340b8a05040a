"""Configurations: reading, checking and building."""
