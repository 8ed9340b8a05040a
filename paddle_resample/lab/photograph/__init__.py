"""A photograph shrunk and restored by many operators."""
