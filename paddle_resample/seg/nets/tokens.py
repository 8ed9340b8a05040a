"""Feature maps as tokens, and back."""

__all__ = ["to_map", "to_tokens"]


def to_tokens(x):
    """[N, C, H, W] -> [N, H*W, C], row by row."""
    return x.flatten(2).transpose([0, 2, 1])


def to_map(tokens, size):
    """[N, H*W, C] -> [N, C, H, W].

    Args:
        tokens: [N, H*W, C].
        size: (H, W), ints or an integer Tensor, as `ops.spatial_size` gives it.
    """
    return tokens.transpose([0, 2, 1]).reshape([0, 0, size[0], size[1]])
