"""What an operator does, seen and measured without training a network."""

from .measured import measure

__all__ = ["measure"]
