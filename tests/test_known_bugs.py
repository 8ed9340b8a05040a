"""Bugs and contradictions of the released codes, and the test that would catch each
one here.

Some stand in the test of their operator; the table says where. The others are below.
"""

import ast
from functools import cache
from pathlib import Path

import numpy as np
import paddle
import pytest

from paddle_resample import (
    Downsampler,
    Upsampler,
    build,
    resampler_class,
    resampler_names,
    resampler_options,
)
from tests.contract.sites import (
    CHANNELS,
    COARSE,
    arguments,
    build_up,
    feature_map,
    shake,
    tensor,
    usual_scale,
)

HERE = Path(__file__).parent
OWN = "test_known_bugs.py"
# What is wrong upstream -> the tests that fail if it were so here.
BUGS = {
    "FADE: one copy of H2L mixes up the four phases of the guide": [
        "up/test_fade.py::test_equals_four_strided_phases",
    ],
    "FADE: H2L runs on square maps only, both layouts on even guides only": [
        "up/test_fade.py::test_equals_four_strided_phases",
        "up/test_fade.py::test_odd_guides",
    ],
    "FADE: the ports leave the gate out unless asked, and are called FADE": [
        f"{OWN}::test_fade_has_its_gate_unless_told_otherwise",
    ],
    "DySample: the framework's initialisation overwrites its start": [
        "test_initialisation.py::test_a_walk_of_paddleseg_leaves_it",
        "test_initialisation.py::test_starts_as_published",
    ],
    "DySample: the scope has a bias in old checkouts and in the ports": [
        "up/test_dysample.py::test_start",
        "up/test_dysample.py::test_published_table",
    ],
    "DySample: coordinates in half precision miss by a tenth of a pixel": [
        "up/test_dysample.py::test_coordinates_of_half_precision_offsets_are_float32",
        "ops/test_warp.py::test_coordinates_are_float32_at_the_least",
    ],
    "IndexNet: the cost is one variant's, the result another's": [
        "test_published_costs.py::test_index_net_is_trained_with_half_of_what_is_printed",
    ],
    "A2U: a branch that nothing uses is counted": [
        "test_published_costs.py::"
        "test_a2u_is_printed_with_a_branch_that_upsampling_never_uses",
    ],
    "A2U: with more groups than one the weights of a window do not sum to one": [
        "up/test_a2u.py::test_windows_sum_to_one_in_every_group",
    ],
    "SAPA: the class's width is 64, the published results are of 32": [
        f"{OWN}::test_sapa_has_the_width_of_its_published_results",
        "test_published_costs.py::test_parameters",
    ],
    "SAPA-G: the cost of SAPA-B is printed": [
        "test_published_costs.py::test_sapa_g_is_printed_with_the_cost_of_sapa_b",
    ],
    "SAPA-D's tables: lines repeated and too small": [
        "test_published_costs.py::test_parameters",
        "test_published_costs.py::test_upernet_prints_too_little",
    ],
    "Deconvolution: every weight is counted per fine pixel": [
        "test_published_costs.py::"
        "test_deconvolution_is_printed_four_times_too_expensive",
    ],
    "Deconvolution in FPN_CARAFE: 2*H + 1 rows for k = 4, an error for k = 5": [
        f"{OWN}::test_deconvolution_of_every_width_doubles_the_map",
    ],
    "FreqFusion: without CUDA its borders are reflected, with it they are zero": [
        f"{OWN}::test_freq_fusion_reads_zeros_outside",
        "up/test_freq_fusion.py::test_equals_the_released_steps",
    ],
    "FreqFusion: without CUDA it prints shapes at every call": [
        f"{OWN}::test_no_operator_prints",
    ],
    "FreqFusion: the paper's offset generator is off unless asked for": [
        f"{OWN}::test_freq_fusion_with_the_offsets_of_the_paper_is_an_option",
    ],
    "FreqFusion: only maps that double exactly": [
        "up/test_freq_fusion.py::test_an_odd_guide_is_cropped_or_extended",
    ],
    "SFNet: a flow of one moves half a fine pixel, not what the paper's formula says": [
        f"{OWN}::test_sfnets_flow_is_counted_in_half_pixels_of_the_result",
    ],
    "SFNet, AlignSeg, LDA-AQU: a grid of aligned corners sampled as of pixel areas": [
        "up/test_flow.py::test_zero_flow_is_bilinear_with_aligned_corners",
        "up/test_align_fa.py::test_starts_as_bilinear_plus_the_guide",
        "ops/test_warp.py::test_zero_flow_is_bilinear",
        "up/test_lda_aqu.py::test_equals_loops",
    ],
    "AlignSeg: the released unit of the flow is not the one meant for training": [
        "up/test_align_fa.py::test_equals_loops",
    ],
    "CARAFE, SAPA, ReSFU, JAFAR: the released code stops on a CPU": [
        "contract/test_shapes.py::test_up_gives_scale_times_the_size",
    ],
    "CARAFE: no export": ["contract/test_export.py::test_up_exports_with_free_sizes"],
    "FeatUp: the released filter reads fine neighbours of the bicubic map": [
        "up/test_featup_jbu.py::test_two_stages_equal_loops",
    ],
    "JAFAR: weights that never receive a gradient": [
        "contract/test_values.py::test_up_gradients_reach_everything",
    ],
    "AnyUp: a mask of all fine times all coarse pixels": [
        "blocks/test_tiles.py::test_tiles_change_neither_result_nor_gradients",
        "blocks/test_key_window.py::test_tiles_of_a_large_map_leave_most_keys_alone",
    ],
    "LoftUp: the result of an image depends on the others of its batch": [
        f"{OWN}::test_images_of_a_batch_do_not_mix",
    ],
    "LiFT: patches of 14 end the process": [
        "up/test_lift.py::test_error_of_a_patch_size",
    ],
    "DUpsampling: right for square maps only": [
        "up/test_dupsampling.py::test_equals_loops_on_maps_that_are_not_square",
    ],
    "Patch expanding: one map size a layer, one factor": [
        "up/test_patch_expand.py::test_equals_loops",
        f"{OWN}::test_patch_expanding_takes_maps_of_any_size",
    ],
    "ReSFU: a kernel that stays behind when the layer moves": [
        "contract/test_values.py::test_up_runs_in_float64",
    ],
    "Kernels whose weights leave the map darken its border": [
        "up/test_carafe.py::test_first_answer_to_a_constant",
        "up/test_a2u.py::test_constant_at_a_corner_with_even_weights",
        "up/test_fade.py::test_constant_at_a_corner_with_even_weights",
        "up/test_sapa.py::test_constant_at_the_border_when_nothing_is_alike",
        "up/test_freq_fusion.py::test_constants_and_borders",
        "up/test_lda_aqu.py::test_zeros_outside_darken_the_border_of_a_constant",
    ],
}


@cache
def functions_of(file):
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("bug", BUGS)
def test_is_tested(bug):
    for test in BUGS[bug]:
        file, _, function = test.partition("::")
        assert function in functions_of(file), f"there is no {test}"


def test_fade_has_its_gate_unless_told_otherwise(rng):
    for name in ("fade", "fade_lite"):
        assert resampler_options(resampler_class(name))["gate"] is True
        layer = shake(rng, build(name, 4, guide_channels=4))
        guide = tensor(rng, 4, (6, 8))
        assert layer(paddle.zeros([2, 4, 3, 4]), guide=guide).numpy().any()


def test_sapa_has_the_width_of_its_published_results():
    for name in ("sapa_b", "sapa_g", "sapa_d"):
        assert resampler_options(resampler_class(name))["embedding"] == 32


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_deconvolution_of_every_width_doubles_the_map(rng, k):
    layer = build({"name": "conv_transpose", "kernel_size": k}, 2)
    assert list(layer(tensor(rng, 2, (5, 7))).shape) == [2, 2, 10, 14]


def test_freq_fusion_reads_zeros_outside():
    """With even logits its low-pass is a Hamming window: of a constant map a corner
    keeps the share of the window that lies inside. Reflected, it would keep all."""
    layer = build("freq_fusion", 4, guide_channels=4)
    for p in (layer.content_encoder.weight, layer.content_encoder2.weight):
        p.set_value(p * 0)
    x = paddle.ones([1, 4, 8, 8])
    y = layer(x, guide=paddle.zeros([1, 4, 16, 16])).numpy()
    line = np.hamming(5)
    kept = (line[2:].sum() / line.sum()) ** 2
    np.testing.assert_allclose(y[:, :, 0, 0], kept, rtol=1e-4)
    np.testing.assert_allclose(y[:, :, 8, 8], 1, rtol=1e-4)


def test_freq_fusion_with_the_offsets_of_the_paper_is_an_option():
    assert resampler_options(resampler_class("freq_fusion"))["resample"] is False
    paper = build({"name": "freq_fusion", "resample": True}, 64, guide_channels=64)
    assert len(paper.parameters()) > len(
        build("freq_fusion", 64, guide_channels=64).parameters()
    )


def test_sfnets_flow_is_counted_in_half_pixels_of_the_result(rng):
    """From 16 to 32 columns a flow of one moves 15 / 64 = 0.234 coarse pixels: 0.48
    fine ones, where aligned corners put 15 / 31 coarse pixels between two of them."""
    layer = build({"name": "flow", "kernel_size": 3}, 2, guide_channels=2)
    ramp = np.broadcast_to(np.arange(16, dtype="float32"), (1, 2, 16, 16))
    x, guide = paddle.to_tensor(ramp.copy()), tensor(rng, 2, (32, 32))[:1]
    results = []
    for flow in (0.0, 1.0):
        layer.flow_make.forward = lambda both, flow=flow: paddle.full(
            [1, 2, 32, 32], flow
        )
        results.append(layer(x, guide=guide).numpy())
    moved = (results[1] - results[0])[:, :, 8:-8, 8:-8]
    np.testing.assert_allclose(moved, 15 / 64, rtol=1e-4)


def test_patch_expanding_takes_maps_of_any_size(rng):
    layer = build("patch_expand", 8, 4)
    for height, width in ((3, 5), (4, 2)):
        tokens = paddle.to_tensor(
            rng.normal(size=(2, height * width, 8)).astype("float32")
        )
        y = layer(tokens, height, width)
        maps = tokens.transpose([0, 2, 1]).reshape([2, 8, height, width])
        expected = layer(maps).flatten(2).transpose([0, 2, 1]).numpy()
        np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-6)


def evaluated(rng, name):
    """(operator in evaluation, shaken; its arguments for two images)."""
    cls = resampler_class(name)
    if issubclass(cls, Downsampler):
        layer, x, given = build(name, CHANNELS), tensor(rng, CHANNELS, COARSE), {}
    else:
        layer, scale = build_up(name), usual_scale(cls)
        x, given = arguments(rng, cls, [n * scale for n in COARSE], scale)
    shake(rng, layer).eval()
    return layer, x, given


def second_image(value):
    if isinstance(value, paddle.Tensor):
        return value[1:]
    if hasattr(value, "_replace"):  # recorded by a downsampler
        tensors = {
            key: part[1:]
            for key, part in value._asdict().items()
            if isinstance(part, paddle.Tensor) and part.ndim > 1
        }
        return value._replace(**tensors)
    return value


@pytest.mark.parametrize(
    "name", resampler_names(Upsampler) + resampler_names(Downsampler)
)
def test_images_of_a_batch_do_not_mix(rng, name):
    layer, x, given = evaluated(rng, name)
    for loud in (x, given.get("guide")):
        if loud is not None:
            loud[0] = 30 * loud[0]
    both = feature_map(layer(x, **given))
    given = {key: second_image(value) for key, value in given.items()}
    alone = feature_map(layer(x[1:], **given))
    np.testing.assert_allclose(alone, both[1:], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "name", resampler_names(Upsampler) + resampler_names(Downsampler)
)
def test_no_operator_prints(rng, name, capsys):
    layer, x, given = evaluated(rng, name)
    capsys.readouterr()
    layer(x, **given)
    assert capsys.readouterr().out == ""
