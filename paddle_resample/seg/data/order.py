"""In which order the samples of training come."""

import numpy as np
import paddle

from ...errors import UsageError

__all__ = ["Order"]


class Order(paddle.io.BatchSampler):
    """The samples of every iteration of a training run, each epoch shuffled anew.

    The order depends on seed alone; the share of each process, and where training
    starts, are cut from it. An incomplete last batch of an epoch is left out.

    Args:
        length: number of samples.
        batch_size: samples of one process in one iteration.
        seed: of the shuffling.
        start, stop: the order covers iterations start to stop - 1.
        rank, ranks: number of this process and how many there are.

    Yields:
        list of (epoch, index).

    Raises:
        UsageError: the data set does not fill one batch.
    """

    def __init__(self, length, batch_size, seed=0, start=0, stop=0, rank=0, ranks=1):
        self.length, self.batch_size, self.seed = length, batch_size, seed
        self.start, self.stop = start, stop
        self.rank, self.ranks = rank, ranks
        self.batches_per_epoch = length // (batch_size * ranks)
        if self.batches_per_epoch == 0:
            on = f" on each of {ranks} processes" if ranks > 1 else ""
            raise UsageError(
                f"the training set has {length} samples, which do not fill one batch "
                f"of {batch_size}{on}; lower batch_size or raise --repeats"
            )

    def __len__(self):
        return self.stop - self.start

    def __iter__(self):
        shuffled = None
        together = self.batch_size * self.ranks
        for iteration in range(self.start, self.stop):
            epoch, batch = divmod(iteration, self.batches_per_epoch)
            if shuffled is None or batch == 0:
                rng = np.random.default_rng([self.seed, epoch])
                shuffled = rng.permutation(self.length)
            chosen = shuffled[batch * together : (batch + 1) * together]
            yield [(epoch, int(i)) for i in chosen[self.rank :: self.ranks]]
