import pytest

from paddle_resample import cost
from paddle_resample.up import IndexNetO2O
from tests.up.test_index_net_m2o import check_loops


@pytest.mark.parametrize("fine", [(6, 10), (7, 9)], ids=str)
def test_equals_loops(rng, fine):
    check_loops(rng, IndexNetO2O, "o2o", fine)


@pytest.mark.parametrize("options, parameters", [
    ({}, 4_096),
    ({"context": True}, 16_384),
    ({"nonlinear": True}, 7_168),
    ({"nonlinear": True, "context": True}, 19_456),
], ids=["linear", "context", "nonlinear", "both"])  # fmt: skip
def test_cost(options, parameters):
    found = cost({"name": "index_net_o2o", **options}, 256, (4, 5))
    norm = 4 * 2 * 256 * options.get("nonlinear", False)
    assert found.parameters == parameters
    assert found.macs == 20 * (parameters - norm + 4 * 256)
