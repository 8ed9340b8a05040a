"""What an operator does, seen and measured without training a network."""

from .measure_operator import measure

__all__ = ["measure"]
