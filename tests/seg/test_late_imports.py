"""What PaddleSeg needs rarely is imported when it is used, and then works."""

import subprocess
import sys

PROGRAM = """
import sys
from paddle_resample.commands import train
late = ("sklearn", "scipy.ndimage", "scipy.optimize")
print(*(name in sys.modules for name in late))

import numpy as np
from paddleseg.models.losses import decoupledsegnet_relax_boundary_loss, maskformer_loss
from paddleseg.transforms import functional

cost = np.array([[4.0, 1.0], [2.0, 3.0]])
print(*maskformer_loss.linear_sum_assignment(cost)[1])
print(*decoupledsegnet_relax_boundary_loss.shift(np.array([5, 6, 7]), 1))
print(*functional.distance_transform_edt(np.array([1, 1, 0])))

import scipy.ndimage, scipy.optimize
assert scipy.ndimage is sys.modules["scipy.ndimage"] and scipy.optimize.minimize
from paddleseg.core import val
scores, labels = np.eye(2)[None, :, None], np.array([[[[0, 1]]]])
assert val.metrics.auc_roc(scores, labels, 2) == 1
"""


def test_a_tool_starts_without_them():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, timeout=100, check=True
    )
    lines = done.stdout.decode().splitlines()
    assert lines[-4:] == ["False False False", "1 0", "0 5 6", "2.0 1.0 0.0"]
