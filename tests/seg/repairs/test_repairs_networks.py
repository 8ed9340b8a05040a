"""Repaired networks run with the right numbers, and go red without the repair."""

import sys
import types

import numpy as np
import paddle
import pytest
from paddle.nn import functional as F
from paddleseg.cvlibs import manager
from paddleseg.models import isanet, pointrend, segnet, sfnet, upernet_cae
from paddleseg.models.backbones import cae
from paddleseg.models.decoupled_segnet import SqueezeBodyEdge
from paddleseg.models.layers import ms_deformable_attention, vit_adapter_layers

from paddle_resample.seg import repairs

repairs.repair_paddleseg()
APPLIED = {repair.name for repair in repairs.applied_repairs()}
REPAIRS = {repair.name: repair for repair in repairs.REPAIRS}
RED = (
    AssertionError,
    AttributeError,
    NameError,
    RuntimeError,
    SystemExit,
    TypeError,
    ValueError,
)


@pytest.fixture(autouse=True)
def on_the_cpu():
    device = paddle.get_device()
    paddle.set_device("cpu")
    paddle.seed(7)
    yield
    paddle.set_device(device)


def flow_warp_types(*_):
    ramp = paddle.arange(8, dtype="float32").reshape([1, 1, 1, 8]).tile([2, 1, 5, 1])
    flow = paddle.zeros([2, 2, 5, 8])
    flow[:, 0] = 0.5
    for layer in (sfnet.AlignedModule(4, 4), SqueezeBodyEdge(4)):
        still = layer.flow_warp(ramp, flow * 0, paddle.shape(ramp)[2:])
        np.testing.assert_allclose(still.numpy(), ramp.numpy(), atol=1e-5)
        moved = layer.flow_warp(ramp, flow, paddle.shape(ramp)[2:])
        # A flow f adds f / W to coordinates from -1 to 1, which are W - 1 pixels apart.
        step = 0.5 / 8 * (8 - 1) / 2
        inner = ramp.numpy()[..., :-1]
        np.testing.assert_allclose(moved.numpy()[..., :-1], inner + step, atol=1e-5)


def isanet_padding(tmp_path, _):
    head = isanet.ISAHead(3, (1024, 16), 8, (4, 4), enable_auxiliary_loss=False)
    head.eval()
    for size in ((8, 12), (7, 9)):
        x = paddle.randn([1, 16, *size])
        x.stop_gradient = False
        (y,) = head([None, x])
        assert y.shape == [1, 3, *size]
        y.sum().backward()
        # Every pixel attends to every other one: all have a gradient.
        assert (x.grad.abs().sum(1) > 0).all()

    class Traced(paddle.nn.Layer):
        def __init__(self):
            super().__init__()
            self.head = head

        def forward(self, x):
            return self.head([None, x])[0]

    free_size = paddle.static.InputSpec([None, 16, None, None], "float32")
    paddle.jit.save(Traced(), str(tmp_path / "head"), [free_size])
    again = paddle.jit.load(str(tmp_path / "head"))(x)
    np.testing.assert_allclose(again.numpy(), y.numpy(), atol=1e-5)


def pointrend_points(*_):
    score = np.arange(12, dtype="float32").reshape(1, 1, 3, 4)
    score[0, 0, 1, 2] = 50
    for wanted, found in ((3, 3), (100, 12)):
        head = types.SimpleNamespace(subdivision_num_points=wanted)
        index, points = pointrend.PointHead.get_points_test(
            head, paddle.to_tensor(score), lambda x: x
        )
        assert index.shape == [1, found]
        order = np.argsort(-score.ravel())[:found]
        np.testing.assert_array_equal(index.numpy()[0], order)
        rows, columns = np.divmod(order, 4)
        place = np.stack([(columns + 0.5) / 4, (rows + 0.5) / 3], -1)
        np.testing.assert_allclose(points.numpy()[0], place, atol=1e-6)


def transformer_pretrained(*_):
    for name in ("VisionTransformer", "CAE"):
        net = manager.BACKBONES[name](img_size=32, embed_dim=8, depth=2, num_heads=2)
        net.eval()
        x = paddle.randn([1, 3, 32, 48])
        features, shape = net(x)
        assert [f.shape for f in features] == [[1, 6, 8]] * 2
        assert [int(s) for s in shape] == [1, 8, 2, 3]
        assert np.isfinite(features[-1].numpy()).all()


def cae_names(_, monkeypatch):
    monkeypatch.setattr(cae, "CAE", dict)
    names = [n for n in manager.BACKBONES.components_dict if n.startswith("CAE_")]
    assert len(names) == 9
    for name in names:
        got = manager.BACKBONES[name](pretrained="here")
        assert got["pretrained"] == "here"
        assert got["patch_size"] == int(name.split("patch")[1].split("_")[0])


def batch_norm_on_cpu(*_):
    host = paddle.nn.Layer()
    upernet_cae.UPerNetCAE._init_fpn(host, embed_dim=4)
    x = paddle.randn([1, 4, 3, 3])
    assert host.fpn1(x).shape == [1, 4, 12, 12]
    prior = vit_adapter_layers.SpatialPriorModule(4, 8)
    prior(paddle.randn([1, 3, 64, 64]))
    adapter = manager.BACKBONES["ViTAdapter"](
        num_heads=2,
        conv_inplane=4,
        deform_num_heads=2,
        interaction_indexes=[[0, 0]],
        embed_dim=8,
        depth=1,
    )
    plain, synchronised = paddle.nn.BatchNorm2D, paddle.nn.SyncBatchNorm
    assert isinstance(adapter.norm4, plain)
    assert not any(isinstance(s, synchronised) for s in adapter.sublayers())
    norm = host.fpn1[1]
    norm.train()
    y = norm(x)
    np.testing.assert_allclose(y.mean([0, 2, 3]).numpy(), 0, atol=1e-5)


def deformable_attention_exit(_, monkeypatch):
    layer = ms_deformable_attention.MSDeformAttn(8, n_levels=1, n_heads=2, n_points=1)
    query, points = paddle.randn([1, 6, 8]), paddle.full([1, 6, 1, 2], 0.5)
    shapes, start = paddle.to_tensor([[2, 3]]), paddle.to_tensor([0])
    monkeypatch.setitem(sys.modules, "ms_deform_attn", None)
    with pytest.raises(ImportError, match="choose another backbone"):
        layer(query, points, query, shapes, start)
    at = []

    def operator(value, shapes, start, locations, weights, step):
        at.append(locations.numpy())
        return value.flatten(2)

    fake = types.SimpleNamespace(ms_deform_attn=operator)
    monkeypatch.setitem(sys.modules, "ms_deform_attn", fake)
    y = layer(query, points, query, shapes, start)
    expected = layer.output_proj(layer.value_proj(query))
    np.testing.assert_allclose(y.numpy(), expected.numpy(), atol=1e-6)
    offset = layer.sampling_offsets(query).numpy().reshape(1, 6, 2, 1, 1, 2)
    np.testing.assert_allclose(at[0], 0.5 + offset / [3, 2], atol=1e-6)


def segnet_size(*_):
    net = segnet.SegNet(2)
    net.eval()
    for size in ((32, 64), (65, 67)):
        x = paddle.randn([1, 3, *size])
        (y,) = net(x)
        assert y.shape == [1, 2, *size]
    # The last unpooling puts each maximum where the encoder found it.
    seen = []
    net.deco5.register_forward_pre_hook(lambda layer, inputs: seen.extend(inputs))
    net(x)
    _, where = F.max_pool2d(net.enco1(x), 2, 2, return_mask=True)
    hit = np.zeros([64, 65 * 67], bool)
    np.put_along_axis(hit, where.numpy()[0].reshape(64, -1), True, 1)
    assert not seen[0].numpy().reshape(64, -1)[~hit].any()
    assert seen[0].abs().sum().item() > 0


CASES = [
    flow_warp_types,
    isanet_padding,
    pointrend_points,
    transformer_pretrained,
    cae_names,
    batch_norm_on_cpu,
    deformable_attention_exit,
    segnet_size,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_repaired(case, tmp_path, monkeypatch):
    case(tmp_path, monkeypatch)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_goes_red_without(case, tmp_path, monkeypatch):
    if case.__name__ not in APPLIED:
        pytest.skip("this Paddle does not show the defect")
    with repairs.without(REPAIRS[case.__name__]), pytest.raises(RED):
        case(tmp_path, monkeypatch)


def test_every_repair_has_a_case():
    here = {case.__name__ for case in CASES}
    from_table = {repair.name for repair in repairs.networks.NETWORKS}
    assert here == from_table


@pytest.mark.slow
def test_segnet_exports_for_images_of_any_size(tmp_path):
    net = segnet.SegNet(2)
    net.eval()
    free_size = paddle.static.InputSpec([None, 3, None, None], "float32")
    images = [paddle.randn([1, 3, *size]) for size in ((64, 64), (65, 67), (33, 96))]
    expected = [net(x)[0].numpy() for x in images]
    paddle.jit.save(net, str(tmp_path / "net"), [free_size])
    again = paddle.jit.load(str(tmp_path / "net"))
    for x, y in zip(images, expected):
        z = again(x)
        z = z[0] if isinstance(z, (list, tuple)) else z
        np.testing.assert_allclose(z.numpy(), y, atol=1e-5)
