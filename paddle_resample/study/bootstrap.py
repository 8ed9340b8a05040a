"""Drawing the images of a study anew, whole groups of them where they belong together.

Frames of one video, or pictures of one patient, are not independent: an error over
images that are drawn one by one would be too small.
"""

import functools
import re

import numpy as np

from ..errors import UsageError

__all__ = ["Draws", "groups_of"]

_COUNT = 1000


class Draws:
    """Samples of the images, the same ones for all runs of a study.

    Args:
        groups: int [N], the group of every image, 0 to G - 1; see `groups_of`.
        count: number of samples, B.

    Attributes:
        groups: as above.
        number: G.
    """

    def __init__(self, groups, count=_COUNT):
        self.groups = np.asarray(groups)
        self.number = int(self.groups.max()) + 1
        self._often = _often(self.number, count)

    def scores(self, rows, score):
        """A score of every sample.

        Args:
            rows: float [R, N, K], what every image of R runs adds.
            score: float [S, K] -> float [S], score of summed rows.

        Returns:
            float [R, B].
        """
        if self.number < len(self.groups):
            sums = np.zeros((len(rows), self.number, rows.shape[2]))
            np.add.at(sums, (slice(None), self.groups), rows)
            rows = sums
        drawn = self._often @ rows
        return score(drawn.reshape(-1, rows.shape[2])).reshape(len(rows), -1)


@functools.lru_cache(maxsize=2)
def _often(number, count):
    """How often each of so many images is in each sample; the same ones every time."""
    rng = np.random.default_rng(0)
    often = rng.multinomial(number, np.full(number, 1 / number), count)
    return often.astype(np.float64)


def groups_of(names, pattern=None):
    """Number the groups of images.

    Args:
        names: list of file names.
        pattern: regular expression; images of which it finds the same text, or the
            same texts where it has groups in brackets, belong together. None: every
            image is a group.

    Returns:
        int [N].

    Raises:
        UsageError: no regular expression, an image in which it finds nothing, or all
            images in one group.

    >>> groups_of(["a_01", "a_02", "b_01"], "^(.)_").tolist()
    [0, 0, 1]
    """
    if pattern is None:
        return np.arange(len(names))
    try:
        expression = re.compile(pattern)
    except (re.error, TypeError) as error:
        raise UsageError(f"group: {pattern!r} is no pattern: {error}") from None
    numbers, groups = {}, []
    for name in names:
        match = expression.search(name)
        if match is None:
            raise UsageError(f"group: {pattern!r} finds nothing in the image {name!r}")
        text = match.groups() or match.group()
        groups.append(numbers.setdefault(text, len(numbers)))
    if len(numbers) == 1 and len(names) > 1:
        raise UsageError(
            f"group: {pattern!r} puts all {len(names)} images into one group; the "
            "choice of images needs two groups at least"
        )
    return np.array(groups)
