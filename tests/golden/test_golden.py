"""Our operators against reference vectors made with the official code of each paper.

The vectors lie beside the checkout in shared/golden; a clone alone skips these tests.
"""

from pathlib import Path

import paddle
import pytest

from adapters import NotCovered
from check import Vector, covered, errors

FOLDER = Path(__file__).parents[3] / "shared" / "golden"
FILES = sorted(FOLDER.glob("*.npz"))


@pytest.mark.skipif(not FILES, reason="no reference vectors beside the checkout")
@pytest.mark.parametrize("path", FILES or [None], ids=lambda p: p and p.stem)
def test_equals_official(path):
    vector = Vector(path)
    if covered(vector) is None:
        pytest.skip(f"{vector.meta['operator']} is not built yet")
    if paddle.__version__.startswith("2.") and vector.args.get("ceil_mode"):
        pytest.skip("Paddle 2 ignores ceil_mode when it records positions")
    try:
        found = errors(vector)
    except NotCovered as reason:
        pytest.skip(f"not built yet: {reason}")
    for key, (error, bound) in found.items():
        assert error <= bound, f"{key} is off by {error:.1e}, allowed {bound:.1e}"
