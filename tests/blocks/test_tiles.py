import numpy as np
import paddle
import pytest
from paddle.static import InputSpec

from paddle_resample import build
from paddle_resample.blocks import tiles
from paddle_resample.blocks.tiles import fitting_tile, over_tiles

ATTENTION = pytest.mark.parametrize("name", ["jafar", "anyup", "loftup"])


def small_tiles(monkeypatch, held):
    monkeypatch.setattr(tiles, "HELD", held)


def shaken(rng, name):
    layer = build(name, 4, guide_channels=3)
    for p in layer.parameters():
        p.set_value((p.numpy() + 0.1 * rng.normal(size=p.shape)).astype("float32"))
    return layer


def tensor(rng, *shape):
    x = paddle.to_tensor(rng.normal(size=shape).astype("float32"))
    x.stop_gradient = False
    return x


@pytest.mark.parametrize("size, each, held, tile", [
    ((5, 7), 3, 105, (5, 7)),
    ((5, 7), 3, 104, (4, 7)),
    ((5, 7), 3, 20, (1, 6)),
    ((5, 7), 3, 2, (1, 1)),
], ids=str)  # fmt: skip
def test_a_tile_is_the_largest_that_fits(monkeypatch, size, each, held, tile):
    small_tiles(monkeypatch, held)
    assert fitting_tile(size, each) == tile


def test_tiles_cover_the_map_and_know_their_place(rng):
    x, places = tensor(rng, 2, 5, 7, 3), []

    def function(part, place, factor):
        places.append((place, *part.shape[1:3]))
        return part[..., :2] * factor + place[0] * 10 + place[1]

    y = over_tiles(function, x.detach(), (2, 4), paddle.to_tensor(3.0))
    assert places == [
        ((0, 0), 2, 4), ((0, 4), 2, 3), ((2, 0), 2, 4), ((2, 4), 2, 3),
        ((4, 0), 1, 4), ((4, 4), 1, 3),
    ]  # fmt: skip
    rows, columns = np.arange(5) // 2 * 2, np.arange(7) // 4 * 4
    first = rows[:, None] * 10 + columns
    expected = 3 * x.numpy()[..., :2] + first[..., None]
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-6)


def test_a_tile_is_computed_again_on_the_way_back(rng):
    """Else every tile's intermediates would wait for the gradient."""
    x, other, calls = tensor(rng, 1, 5, 4, 3), tensor(rng, 3), []

    def function(part, place, other):
        calls.append(place)
        return part.exp() * other

    y = over_tiles(function, x, (2, 4), other)
    assert calls == [(0, 0), (2, 0), (4, 0)]
    y.sum().backward()
    assert len(calls) == 6
    grown = np.exp(x.numpy())
    np.testing.assert_allclose(x.grad.numpy(), grown * other.numpy(), rtol=1e-5)
    np.testing.assert_allclose(other.grad.numpy(), grown.sum((0, 1, 2)), rtol=1e-5)


@pytest.mark.parametrize("tile", [(5, 4), None], ids=str)
def test_a_single_tile_is_computed_once(rng, tile):
    x, calls = tensor(rng, 1, 5, 4, 3), []

    def function(part, place):
        calls.append(place)
        return part * 2.0

    over_tiles(function, x, tile).sum().backward()
    assert calls == [(0, 0)]
    np.testing.assert_array_equal(x.grad.numpy(), 2.0)


@ATTENTION
@pytest.mark.parametrize("held", [200, 3_000])
def test_tiles_change_neither_result_nor_gradients(rng, monkeypatch, name, held):
    layer = shaken(rng, name)
    x, guide = tensor(rng, 2, 4, 5, 6), tensor(rng, 2, 3, 9, 13)
    weighting = tensor(rng, 2, 4, 9, 13).detach()
    seen = []
    for limit in (tiles.HELD, held):
        small_tiles(monkeypatch, limit)
        leaves = [x, guide, *(p for p in layer.parameters() if not p.stop_gradient)]
        for leaf in leaves:
            leaf.clear_gradient()
        y = layer(x, guide=guide)
        (y * weighting).sum().backward()
        seen.append([y.numpy(), *(leaf.grad.numpy() for leaf in leaves)])
    for whole, tiled in zip(*seen):
        bound = 1e-4 * max(np.abs(whole).max(), 0.1)
        np.testing.assert_allclose(tiled, whole, rtol=0, atol=bound)


@ATTENTION
def test_frozen_around_its_inputs_the_attention_still_learns(rng, monkeypatch, name):
    """Gradients reach the weights though neither x nor the guide wants one."""
    small_tiles(monkeypatch, 200)
    layer = shaken(rng, name)
    x, guide = tensor(rng, 1, 4, 5, 6).detach(), tensor(rng, 1, 3, 9, 13).detach()
    for key, p in layer.named_parameters():
        p.stop_gradient = "_proj_" not in key or "v_proj" in key
    layer(x, guide=guide).square().sum().backward()
    wanted = [p for p in layer.parameters() if not p.stop_gradient]
    assert wanted and all(p.grad.numpy().any() for p in wanted)


@ATTENTION
def test_a_program_loops_over_bands(rng, monkeypatch, tmp_path, name):
    class Site(paddle.nn.Layer):
        def __init__(self, up):
            super().__init__()
            self.up = up

        def forward(self, x, guide):
            return self.up(x, guide=guide)

    site = Site(shaken(rng, name))
    site.eval()
    cases = [
        (tensor(rng, n, 4, h, w).detach(), tensor(rng, n, 3, 2 * h - 1, 2 * w).detach())
        for n, h, w in ((2, 5, 6), (1, 9, 4), (1, 2, 3))
    ]
    expected = [site(*case).numpy() for case in cases]
    small_tiles(monkeypatch, 400)
    specs = [
        InputSpec([None, c, None, None], "float32", key)
        for c, key in ((4, "x"), (3, "guide"))
    ]
    traced = paddle.jit.to_static(site, input_spec=specs, full_graph=True)
    paddle.jit.save(traced, str(tmp_path / "site"))
    loaded = paddle.jit.load(str(tmp_path / "site"))
    for case, y in zip(cases, expected):
        got = loaded(*case)
        got = got[0] if isinstance(got, (list, tuple)) else got
        np.testing.assert_allclose(got.numpy(), y, rtol=0, atol=1e-4)


@pytest.mark.skipif(
    paddle.__version__.startswith("2."),
    reason="Paddle 2.6 has no gradient of area pooling to an unknown size",
)
@ATTENTION
def test_a_traced_program_trains(rng, monkeypatch, name):
    """Paddle has no gradient of its loop: in training all is done at once."""
    small_tiles(monkeypatch, 400)
    layer = shaken(rng, name)
    x, guide = tensor(rng, 1, 4, 5, 6), tensor(rng, 1, 3, 9, 13)
    layer(x, guide=guide).square().mean().backward()
    expected = [x.grad.numpy(), guide.grad.numpy()]
    x.clear_gradient(), guide.clear_gradient()
    traced = paddle.jit.to_static(
        layer, input_spec=[InputSpec([None, 4, None, None], "float32", "x"),
                           InputSpec([None, 3, None, None], "float32", "guide")],
        full_graph=True,
    )  # fmt: skip
    traced(x, guide).square().mean().backward()
    for leaf, gradient in zip((x, guide), expected):
        bound = 1e-4 * np.abs(gradient).max()
        np.testing.assert_allclose(leaf.grad.numpy(), gradient, rtol=0, atol=bound)
