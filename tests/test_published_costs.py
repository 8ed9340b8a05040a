"""The cost tables of the papers, row by row: what is printed, and what it adds up to.

Where a printed number is wrong, the row says why, and the test holds both.
"""

import pytest

from paddle_resample import cost
from tests.reference import published

ROWS = [
    pytest.param(row, channels, places, id=f"{table}-{row.spec}-{row.printed}")
    for table, (rows, channels, places) in published.PARAMETERS.items()
    for row in rows
]


@pytest.mark.parametrize("row, channels, places", ROWS)
def test_parameters(row, channels, places):
    if row.weights:
        one = published.weights(row.spec, channels)
    else:
        one = cost(row.spec, channels, (8, 8)).parameters
    assert places * one == row.counted
    assert row.agrees() == (not row.wrong), row.wrong


@pytest.mark.parametrize("row", published.SEGFORMER_MACS, ids=lambda row: str(row.spec))
def test_multiply_accumulates_in_segformer(row):
    assert published.in_segformer_b1(row.spec)[1] == row.counted
    assert row.agrees() == (not row.wrong), row.wrong


def printed_and_counted(table, name, unit):
    """All (printed, counted) of a spec in one table, in K, M or G."""
    scale = {"K": 1e3, "M": 1e6, "G": 1e9}[unit]
    rows = [row for row in table if row.spec == name and row.printed.endswith(unit)]
    return [(float(row.printed[:-1]), row.counted / scale) for row in rows]


def test_deconvolution_is_printed_four_times_too_expensive():
    """A transposed convolution multiplies each weight once per coarse pixel; counted
    per fine pixel, as printed, it is scale**2 = 4 times that."""
    table = published.SEGFORMER_MACS
    [(printed, counted)] = printed_and_counted(table, published.DECONV, "G")
    assert 4 * counted == pytest.approx(printed, abs=0.05)


def test_a2u_is_printed_with_a_branch_that_upsampling_never_uses():
    table = published.SEGFORMER_PARAMETERS
    (_, counted), (printed, _) = printed_and_counted(table, "a2u", "M")
    branch = 36 * 256 + 36
    assert counted + 6 * branch / 1e6 == pytest.approx(printed, abs=0.005)


def test_index_net_is_trained_with_half_of_what_is_printed():
    """The table counts holistic blocks, nonlinear and with context; the released log
    builds linear depthwise ones."""
    [(printed, holistic)] = printed_and_counted(
        published.SEGFORMER_PARAMETERS, "index_net_hin", "M"
    )
    [(_, trained)] = printed_and_counted(
        published.SEGFORMER_PARAMETERS, "index_net_m2o", "M"
    )
    assert holistic == pytest.approx(printed, abs=0.005)
    assert trained == pytest.approx(printed / 2, abs=0.01)


def test_sapa_g_is_printed_with_the_cost_of_sapa_b():
    """The gate and the second query cost 0.12 G at least."""
    table = published.SEGFORMER_MACS
    [(printed, counted)] = printed_and_counted(table, "sapa_g", "G")
    assert printed_and_counted(table, "sapa_b", "G")[0][0] == printed
    assert counted - printed == pytest.approx(0.12, abs=0.005)


def test_sapa_d_is_printed_with_dearer_sampling():
    """0.82 G are missing here. They appear when a bilinear sample counts eight, four
    products and four sums, instead of four: n*s*s samples of key and value for every
    coarse pixel, 14,592 of them. The authors do not say how they counted."""
    [(printed, counted)] = printed_and_counted(published.SEGFORMER_MACS, "sapa_d", "G")
    assert printed - counted == pytest.approx(0.82, abs=0.01)
    pixels = sum(side**2 for side in published.SEGFORMER_B1)
    assert pixels == 14_592
    more = 4 * (9 * 4) * (4 * 32 + 256) * pixels / 1e9
    assert counted + more == pytest.approx(printed, abs=0.05)


@pytest.mark.parametrize("name, missing", [("fade", 0.14), ("sapa_d", 0.74)])
def test_upernet_prints_too_little(name, missing):
    [(printed, counted)] = printed_and_counted(published.UPERNET, name, "M")
    assert counted - printed == pytest.approx(missing, abs=0.005)
