"""Any PaddleSeg model with other resamplers, and the list of its resampling sites."""

from .resampled import Resampled
from .sites import FoundSite, find_sites

__all__ = ["FoundSite", "Resampled", "find_sites"]
