import subprocess
import sys

PROGRAM = """
import sys
import paddle_resample.seg
print("sklearn" in sys.modules, "pandas" in sys.modules)
from paddleseg.utils import metrics
import numpy as np
logits = np.array([[[[0.1, 0.8], [0.7, 0.3]], [[0.9, 0.2], [0.3, 0.7]]]])
print(metrics.auc_roc(logits, np.array([[[[0, 1], [1, 0]]]]), 2))
import sklearn, sklearn.metrics
print(sklearn.__version__ > "0", sklearn.metrics.roc_auc_score([0, 1], [0.1, 0.9]))
"""


def test_paddleseg_gets_scikit_learn_when_it_needs_it():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, check=True, text=True
    )
    imported, auc, whole = done.stdout.splitlines()[-3:]
    assert imported == "False False"
    assert 0 <= float(auc) <= 1
    assert whole == "True 1.0"
