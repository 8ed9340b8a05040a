"""The native kernels for these tests, as those of the kernels have them."""

from tests.kernels.conftest import library, library_cache, switch

__all__ = ["library", "library_cache", "switch"]
