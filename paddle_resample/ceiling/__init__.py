"""What the stride alone loses of a data set's labels, before anything is trained."""

from .dataset_labels import DatasetLabels
from .measure import STRIDES, measure_ceiling
from .words import ceiling_sentences

__all__ = ["STRIDES", "DatasetLabels", "ceiling_sentences", "measure_ceiling"]
