"""Everything that knows PaddleSeg: repairs, configuration, training, evaluation,
prediction and export."""
