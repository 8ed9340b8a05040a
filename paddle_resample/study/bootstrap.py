"""Drawing the images of a study anew, whole groups of them where they belong together.

Frames of one video, or pictures of one patient, are not independent: an error over
images that are drawn one by one would be too small.
"""

import re

import numpy as np

from ..errors import UsageError

__all__ = ["Draws", "groups_of"]

_COUNT = 1000


class Draws:
    """Samples of the images, the same ones for all runs of a study.

    Args:
        groups: int [N], the group of every image, 0 to G - 1; see `groups_of`.
        rng: NumPy generator.
        count: number of samples, B.

    Attributes:
        groups: as above.
        number: G.
    """

    def __init__(self, groups, rng, count=_COUNT):
        self.groups = np.asarray(groups)
        self.number = int(self.groups.max()) + 1
        share = np.full(self.number, 1 / self.number)
        self._often = rng.multinomial(self.number, share, count).astype(np.float64)

    def scores(self, rows, score):
        """A score of every sample.

        Args:
            rows: float [N, K], what every image adds.
            score: float [B, K] -> float [B], score of summed rows.

        Returns:
            float [B].
        """
        sums = np.zeros((self.number, rows.shape[1]))
        np.add.at(sums, self.groups, rows)
        return score(self._often @ sums)


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
