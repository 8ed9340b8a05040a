"""What an operator does, seen and measured without training a network."""
