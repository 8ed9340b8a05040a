"""Compare our operators with reference vectors made by each paper's official code.

    python tests/golden/check.py FOLDER

prints a line for every .npz file of FOLDER: largest relative error of the results and
of each gradient, pass, fail or not covered; exit status 1 unless every file passes.
The table that maps a file to our function or layer is in the folder `adapters`.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import paddle

import paddle_resample.seg  # noqa: F401  networks are built by PaddleSeg
from adapters import ADAPTERS, NotCovered

BOUND = 1e-4  # relative to the array's largest magnitude


class Vector:
    """One reference file: `meta`, `arrays` by key, and the family of its name."""

    def __init__(self, path):
        with np.load(path) as file:
            self.arrays = {k: file[k] for k in file.files if k != "meta"}
            self.meta = json.loads(str(file["meta"]))
        self.name = Path(path).stem
        self.family = self.name.split("__")[0]
        self.args = self.meta["args"]

    @property
    def weights(self):
        return {k[2:]: v for k, v in self.arrays.items() if k.startswith("p:")}

    def input(self, key="x"):
        """An input as a leaf tensor."""
        return paddle.to_tensor(self.arrays[key], stop_gradient=False)


def covered(vector):
    """The adapter of a vector's operator, or of its whole family, or None."""
    of_family = ADAPTERS.get((vector.family, None))
    return ADAPTERS.get((vector.family, vector.meta["operator"]), of_family)


def errors(vector):
    """Run our operator on a vector.

    Returns:
        dict: key of a result or gradient -> (error, bound), the error relative to the
        largest magnitude of the expected array.
    """
    outputs, leaves = covered(vector)(vector)
    loss = 0
    for part, y in outputs.items():
        r = vector.arrays.get(part.replace("out", "r", 1))
        if r is not None:
            loss = loss + (y * paddle.to_tensor(r)).sum()
    if not isinstance(loss, int):
        loss.backward()
    result = {}
    deviation = vector.meta.get("float32_deviation") or {}
    for key, expected in vector.arrays.items():
        if key.startswith("out"):
            got, slack = outputs[key].numpy(), deviation.get("out", 0)
        elif key.startswith("grad:"):
            leaf = leaves[key[5:]]
            got, slack = leaf.grad.numpy(), deviation.get("grad", 0)
            if getattr(leaf, "stored_transposed", False):
                got = got.T
        else:
            continue
        if got.shape != expected.shape:
            result[key] = (float("inf"), BOUND)
            continue
        largest = max(float(np.abs(expected).max()), 1e-12)
        error = float(np.abs(got.astype("float64") - expected).max()) / largest
        # A gradient that is zero in theory holds rounding noise only.
        result[key] = (error, max(BOUND, 10 * (slack or 0) / largest))
    return result


def main(folder):
    passed = failed = uncovered = 0
    for path in sorted(Path(folder).glob("*.npz")):
        vector = Vector(path)
        if covered(vector) is None:
            uncovered += 1
            print(f"not covered  {vector.name}  ({vector.meta['operator']})")
            continue
        try:
            found = errors(vector)
        except NotCovered as reason:
            uncovered += 1
            print(f"not covered  {vector.name}  ({reason})")
            continue
        except Exception as error:
            failed += 1
            print(f"fail         {vector.name}  {type(error).__name__}: {error}")
            continue
        good = all(error <= bound for error, bound in found.values())
        passed, failed = passed + good, failed + (not good)
        text = ", ".join(f"{k} {error:.1e}" for k, (error, _) in found.items())
        print(f"{'pass' if good else 'fail':12} {vector.name}  {text}")
    print(f"{passed} passed, {failed} failed, {uncovered} not covered")
    return 1 if failed or uncovered else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: python tests/golden/check.py FOLDER", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
