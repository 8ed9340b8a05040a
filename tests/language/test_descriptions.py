"""Every operator and network has its line of Chinese."""

from paddleseg.cvlibs import manager

import paddle_resample.seg  # noqa: F401  registers the networks
from paddle_resample.language.descriptions import NETWORKS, OPERATORS
from paddle_resample.registry import resampler_names


def test_every_operator_has_a_line():
    assert sorted(OPERATORS) == resampler_names()
    assert all(line.endswith("。") for line in OPERATORS.values())


def test_every_network_has_a_line():
    components = {**manager.MODELS.components_dict, **manager.BACKBONES.components_dict}
    # Those of a fixed size, ResampleMiT_B0 ..., are told with their family.
    names = {n.split("_")[0] for n in components if n.startswith("Resample")}
    assert set(NETWORKS) == names
