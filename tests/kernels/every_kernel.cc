// Runs every kernel on many shapes, for the sanitizers; prints a sum.
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>

#include "batch_norm/batch_norm.h"
#include "broadcast/broadcast.h"
#include "concat/concat.h"
#include "gelu/gelu.h"
#include "layer_norm/layer_norm.h"
#include "permute/permute.h"
#include "pool2d/pool2d.h"
#include "relu/relu.h"
#include "shuffle/cells.h"
#include "softmax/cross_entropy.h"
#include "softmax/softmax.h"
#include "conv/channel_products.h"
#include "sampling/grid_sample.h"
#include "haar/haar.h"
#include "max_over_axis/max_over_axis.h"
#include "max_unpool/max_unpool.h"
#include "reassemble/reassemble.h"
#include "sampling/sample_at_offsets.h"
#include "interpolate/separable.h"
#include "strided_filter/strided_filter.h"
#include "winograd/winograd.h"

using namespace resample;

template <typename T>
struct Runner {
  std::mt19937 random{5};
  double sum = 0;

  std::vector<T> numbers(int64_t count) {
    std::uniform_real_distribution<T> any(-3, 3);
    std::vector<T> values(count);
    for (T& value : values) value = any(random);
    return values;
  }
  void note(const std::vector<T>& values) {
    for (T value : values) sum += value;
  }

  void cells(int64_t h, int64_t w, int64_t channels, int64_t scale) {
    for (int64_t order = 0; order < 3; ++order) {
      for (int which = 0; which < 4; ++which) {
        const Cells c(2, channels, h, w, scale, order);
        auto from = numbers(c.elements());
        std::vector<T> to(c.elements());
        const bool to_space = which & 1, last = which & 2;
        move_cells(c, to_space, last, to_space ? from.data() : to.data(),
                   to_space ? to.data() : from.data());
        note(to);
      }
    }
  }

  void separable(const BandMatrix<T>& rows, const BandMatrix<T>& columns, int64_t depth) {
    for (int back = 0; back < 2; ++back) {
      const BandMatrix<T> r = back ? transposed(rows) : rows;
      const BandMatrix<T> c = back ? transposed(columns) : columns;
      const auto x = numbers(2 * r.in * c.in * depth);
      std::vector<T> y(2 * r.out * c.out * depth);
      Separable<T>(r, c, depth)(x.data(), y.data(), 2);
      note(y);
    }
  }

  void interpolate(int64_t h, int64_t w, int64_t H, int64_t W, int64_t depth) {
    const float down = H > 1 ? float(h) / H : 0, right = W > 1 ? float(w) / W : 0;
    separable(nearest_band<T>(h, H, down), nearest_band<T>(w, W, right), depth);
    separable(area_band<T>(h, H), area_band<T>(w, W), depth);
    for (bool corners : {false, true}) {
      separable(linear_band<T>(h, H, down, corners),
                linear_band<T>(w, W, right, corners), depth);
      separable(cubic_band<T>(h, H, down, corners),
                cubic_band<T>(w, W, right, corners), depth);
    }
  }

  void sample(int64_t h, int64_t w, int64_t points, int64_t channels) {
    for (int64_t how = 0; how < 18; ++how) {
      const Map<T> map = {h, w, how % 3, how / 3 % 3, how > 8};
      const GridSample<T> s = {2, channels, points, map};
      const int64_t inputs = 2 * channels * h * w, outputs = 2 * channels * points;
      const auto x = numbers(inputs), dy = numbers(outputs);
      auto grid = numbers(4 * points);
      grid[0] = std::numeric_limits<T>::quiet_NaN();
      grid[1] = std::numeric_limits<T>::infinity();
      grid[2] = -std::numeric_limits<T>::max();
      std::vector<T> y(outputs), dx(inputs), dgrid(4 * points);
      s.forward(x.data(), grid.data(), y.data());
      s.gradient_of_x(dy.data(), grid.data(), dx.data());
      s.gradient_of_grid(x.data(), dy.data(), grid.data(), dgrid.data());
      note(y);
      note(dx);
    }
  }

  void sample_at_offsets(int64_t h, int64_t w, int64_t group, int64_t cell) {
    for (int64_t how = 0; how < 12; ++how) {
      const int64_t padding = how % 3, middle = how / 6 * cell, H = h * cell;
      const int64_t W = w * cell;
      const bool aligned = how / 3 % 2;
      const OffsetAxis<T> down(h, H, aligned, middle, T(0.7), 2, h);
      const OffsetAxis<T> right(w, W, aligned, middle, T(0.7), 2, w);
      const Map<T> map = {h, w, kBilinear, padding, aligned};
      const OffsetSampling<T> sampling(2, 3 * group, 3, cell, map, down, right);
      const auto x = numbers(6 * group * h * w), dy = numbers(6 * group * H * W);
      auto offset = numbers(12 * H * W);
      offset[0] = std::numeric_limits<T>::quiet_NaN();
      offset[1] = std::numeric_limits<T>::infinity();
      offset[2] = -std::numeric_limits<T>::max();
      std::vector<T> y(dy.size()), dx(x.size()), doffset(offset.size());
      sampling.forward(x.data(), offset.data(), y.data());
      sampling.backward(x.data(), offset.data(), dy.data(), dx.data(), doffset.data());
      note(y);
      sampling.backward(x.data(), offset.data(), dy.data(), dx.data(), nullptr);
      sampling.backward(x.data(), offset.data(), dy.data(), nullptr, doffset.data());
      note(dx);
    }
  }

  void reassemble(const Geometry& w) {
    const int64_t of_x = w.batch * w.channels * w.height * w.width;
    const int64_t of_y = w.batch * w.channels * w.plane();
    const int64_t of_kernels = w.batch * w.groups * w.taps() * w.plane();
    const auto x = numbers(of_x), kernels = numbers(of_kernels), dy = numbers(of_y);
    std::vector<T> y(of_y), dx(of_x), dkernels(of_kernels), scores(of_kernels);
    const Reassembly<T> r(w);
    r.forward(x.data(), kernels.data(), y.data());
    r.backward(x.data(), kernels.data(), dy.data(), dx.data(), dkernels.data());
    note(y);
    note(dx);
    note(dkernels);
    r.backward(nullptr, kernels.data(), dy.data(), dx.data(), nullptr);
    if (w.changes()) return;
    r.backward(x.data(), nullptr, dy.data(), nullptr, scores.data());
    note(scores);
  }

  void reassemble(int64_t h, int64_t w, int64_t size, int64_t scale, int64_t dilation) {
    for (int64_t how = 0; how < 6; ++how) {
      const bool softmax = how % 2;
      const int64_t height = (h + scale - 1) / scale, width = (w + scale - 1) / scale;
      reassemble({2, 6, h, w, height, width, size, 1, scale, 2, 1, how / 2, softmax});
      if (size % 2 == 0) continue;
      reassemble({1, 5, h, w, h, w, size, scale, 1, 1, dilation, how / 2, softmax});
    }
  }

  void unpool(int64_t kept, int64_t whole) {
    std::uniform_int_distribution<int64_t> any(0, whole - 1);
    std::vector<int64_t> at(3 * kept);
    for (int64_t& position : at) position = any(random);
    const MaxUnpool<T, int64_t> unpool = {3, kept, whole};
    const auto x = numbers(3 * kept);
    std::vector<T> y(3 * whole), dx(3 * kept);
    bool good = unpool.forward(x.data(), at.data(), y.data());
    good = good && unpool.backward(y.data(), at.data(), dx.data());
    note(dx);
    for (int64_t wrong : {int64_t(-1), whole}) {
      at[kept] = wrong;
      good = good && !unpool.forward(x.data(), at.data(), y.data());
      good = good && !unpool.backward(y.data(), at.data(), dx.data());
    }
    if (!good) std::abort();
  }

  void haar(int64_t h, int64_t w) {
    for (bool replicate : {false, true}) {
      const Haar<T> haar = {2, 3, h, w};
      const auto x = numbers(6 * h * w);
      std::vector<T> low(6 * haar.rows() * haar.columns()), high(3 * low.size());
      std::vector<T> y(x.size());
      haar.analyse(x.data(), replicate, low.data(), high.data());
      haar.synthesise(low.data(), high.data(), replicate, y.data());
      note(y);
    }
  }

  void filter(int64_t h, int64_t w, int64_t taps) {
    for (int64_t how = 0; how < 36; ++how) {
      const int64_t border = how % 3, stride = how / 3 % 4 + 1, kind = how / 12;
      const int64_t above = kind ? taps / 2 : 0, below = kind == 2 ? taps - 1 : 0;
      if (border == kMirror && std::max(above, below) >= std::min(h, w)) continue;
      if (std::min(h, w) + above + below < taps) continue;
      const auto kernel = numbers(taps * taps);
      const FilterAxis rows = {h, above, below, border, taps, stride};
      const FilterAxis columns = {w, above, below, border, taps, stride};
      const StridedFilter<T> filter(rows, columns, kernel.data());
      const auto x = numbers(2 * h * w);
      std::vector<T> y(2 * rows.out() * columns.out()), dx(x.size());
      filter.forward(x.data(), y.data(), 2);
      filter.backward(y.data(), dx.data(), 2);
      note(dx);
    }
  }

  void channel_products(int64_t batch, int64_t from, int64_t to, int64_t pixels) {
    const auto x = numbers(batch * from * pixels), dy = numbers(batch * to * pixels);
    std::vector<T> dweight(to * from), dbias(to);
    const ChannelProducts<T> products(batch, to, from, pixels);
    products(dy.data(), x.data(), dweight.data(), dbias.data());
    for (const auto* made : {&dweight, &dbias}) note(*made);
    products(dy.data(), x.data(), dweight.data(), nullptr);
    products(dy.data(), x.data(), nullptr, dbias.data());
  }

  void everything() {
    for (int64_t scale : {1, 2, 3, 4, 5, 8, 9}) {
      cells(1, 1, 1, scale);
      cells(5, 7, 3, scale);
      cells(3, 131, 5, scale);
    }
    for (int64_t depth : {1, 3}) {
      for (int64_t h : {1, 7, 33}) {
        for (int64_t H : {1, 3, 14, 33, 66, 132}) {
          interpolate(h, 7, H, 19, depth);
          interpolate(5, h, 9, H, depth);
          interpolate(h, 64, H, 128, depth);
          interpolate(h, 64, H, 16, depth);
        }
      }
    }
    for (int64_t side : {1, 2, 5, 40}) {
      haar(side, 7);
      haar(6, side);
      unpool(side, 2 * side);
      for (int64_t taps : {1, 2, 3, 4, 7}) {
        filter(side, 9, taps);
        filter(8, side, taps);
      }
    }
    for (int64_t group : {1, 7, 16, 70}) {
      sample_at_offsets(1, 1, group, 2);
      sample_at_offsets(3, 5, group, 3);
      sample_at_offsets(2, 140, group, 1);
    }
    for (int64_t pixels : {1, 3, 16, 49, 96, 1000, 2501}) {
      channel_products(1, 1, 1, pixels);
      channel_products(2, 5, 9, pixels);
      channel_products(3, 40, 8, pixels);
      channel_products(1, 67, 50, pixels);
    }
    channel_products(1, 1500, 7, 100);
    channel_products(1, 7, 1500, 100);
    for (int64_t points : {1, 127, 128, 300}) {
      for (int64_t channels : {1, 3, 9, 16}) {  // fewer than a bundle, and more
        sample(1, 1, points, channels);
        sample(5, 1, points, channels);
        sample(7, 11, points, channels);
      }
    }
    for (int64_t scale : {1, 2, 3}) {
      for (int64_t size : {1, 2, 3, 5}) {
        reassemble(1, 1, size, scale, 1);
        reassemble(5, 4, size, scale, 3);
        reassemble(19, 37, size, scale, 2);
        reassemble(3, 133, size, scale, 1);
      }
    }
  }
};

// The kernels that are float32 alone.
struct Layers : Runner<float> {
  void rows(int64_t count, int64_t width) {
    const auto x = numbers(count * width), dy = numbers(count * width);
    const auto weight = numbers(width), bias = numbers(width);
    std::vector<float> y(x.size()), dx(x.size()), dweight(width), dbias(width);
    softmax_rows(count, width, x.data(), y.data());
    note(y);
    softmax_rows_grad(count, width, y.data(), dy.data(), dx.data());
    note(dx);
    gelu_forward(count * width, x.data(), y.data());
    note(y);
    gelu_backward(count * width, x.data(), dy.data(), dx.data());
    note(dx);
    relu_forward<false>(count * width, x.data(), y.data());
    relu_backward<false>(count * width, y.data(), dy.data(), dx.data());
    relu_forward<true>(count * width, x.data(), y.data());
    relu_backward<true>(count * width, y.data(), dy.data(), dx.data());
    note(dx);
    const LayerNorm norm{count, width, 1e-5f};
    norm.forward(x.data(), weight.data(), bias.data(), y.data());
    note(y);
    norm.backward(x.data(), weight.data(), dy.data(), dx.data(), dweight.data(), dbias.data());
    note(dx);
    note(dweight);
  }

  void batches(int64_t samples, int64_t channels, int64_t pixels) {
    const int64_t count = samples * channels * pixels;
    const auto x = numbers(count), dy = numbers(count), of_dx = numbers(count);
    const auto weight = numbers(channels), bias = numbers(channels);
    std::vector<float> mean(channels, 0), variance(channels, 1), moments(2 * channels);
    std::vector<float> y(count), dx(count), of_x(count), of_dy(count);
    std::vector<float> dweight(channels), dbias(channels), of_weight(channels);
    for (bool fixed : {false, true}) {
      const BatchNorm norm{samples, channels, pixels, fixed};
      const BatchNorm::Statistics running = {mean.data(), variance.data(), 0.9f, 1e-5f};
      norm.forward(x.data(), weight.data(), bias.data(), running, moments.data(), y.data());
      norm.backward(x.data(), moments.data(), weight.data(), dy.data(), dx.data(), dweight.data(),
                    dbias.data());
      for (const float* of : {of_dx.data(), static_cast<const float*>(nullptr)}) {
        norm.backward_twice(x.data(), moments.data(), weight.data(), dy.data(), of,
                            of ? nullptr : bias.data(), of ? bias.data() : nullptr, of_x.data(),
                            of_weight.data(), of_dy.data());
        note(of_dy);
      }
      note(y);
      note(dx);
      note(dweight);
    }
  }

  void pool(int64_t side, int64_t kernel, int64_t stride, int64_t before) {
    for (bool largest : {false, true}) {
      const int64_t made = (side + 2 * before - kernel) / stride + 1;
      const Pool run = {3,      side,   side,   made,   made,    kernel, kernel,
                        stride, stride, before, before, largest, kernel > 2};
      const auto x = numbers(3 * side * side), dy = numbers(3 * made * made);
      std::vector<float> y(dy.size()), dx(x.size()), of_dy(dy.size());
      run.forward(x.data(), y.data());
      run.backward(x.data(), y.data(), dy.data(), dx.data());
      run.backward_twice(x.data(), y.data(), dx.data(), of_dy.data());
      note(y);
      note(dx);
      note(of_dy);
    }
  }

  void largest(int64_t outer, int64_t along, int64_t inner) {
    const auto x = numbers(outer * along * inner), dy = numbers(outer * inner);
    std::vector<float> y(dy.size()), dx(x.size()), of_dy(dy.size());
    for (bool divides : {false, true}) {
      const MaxOverAxis run = {outer, along, inner, divides};
      run.forward(x.data(), y.data());
      run.backward(x.data(), y.data(), dy.data(), dx.data());
      run.backward_twice(x.data(), y.data(), dx.data(), of_dy.data());
      note(y);
      note(dx);
      note(of_dy);
    }
  }

  void entropy(int64_t channels, int64_t pixels) {
    const auto x = numbers(2 * channels * pixels), dloss = numbers(2 * pixels);
    std::vector<int64_t> labels(2 * pixels);
    for (size_t i = 0; i < labels.size(); ++i) labels[i] = i % 7 == 3 ? 255 : i % channels;
    std::vector<float> probabilities(x.size()), loss(2 * pixels), dx(x.size());
    const CrossEntropy<int64_t> cross{2, channels, pixels, 255};
    if (!cross.forward(x.data(), labels.data(), probabilities.data(), loss.data())) std::abort();
    cross.backward(probabilities.data(), labels.data(), dloss.data(), dx.data());
    note(loss);
    note(dx);
    labels[pixels / 2] = channels;
    if (cross.forward(x.data(), labels.data(), probabilities.data(), loss.data())) std::abort();
  }

  void permuted(const std::vector<int64_t>& shape, const std::vector<int64_t>& order) {
    int64_t count = 1;
    for (int64_t side : shape) count *= side;
    const auto x = numbers(count);
    std::vector<float> y(count);
    Permutation(shape, order)(x.data(), y.data());
    note(y);
  }

  // Two arrays of which each is repeated on some axes, and sums over these.
  void broadcast(const std::vector<int64_t>& shape, int64_t repeats_a, int64_t repeats_b) {
    std::vector<int64_t> of_a = shape, of_b = shape;
    int64_t made = 1, in_a = 1, in_b = 1;
    for (size_t i = 0; i < shape.size(); ++i) {
      if (repeats_a >> i & 1) of_a[i] = 1;
      if (repeats_b >> i & 1) of_b[i] = 1;
      made *= shape[i], in_a *= of_a[i], in_b *= of_b[i];
    }
    const auto a = numbers(in_a), b = numbers(in_b), dy = numbers(made);
    std::vector<float> y(made), da(in_a), db(in_b);
    combine<Divide>({a.data(), of_a}, {b.data(), of_b}, shape, y.data());
    SumTo(shape, of_b, of_a)(dy.data(), b.data(), da.data());
    SumTo(shape, of_b, of_b)(dy.data(), nullptr, db.data());
    note(y);
    note(da);
    note(db);
  }

  void joined(int64_t outer, const std::vector<int64_t>& widths) {
    std::vector<std::vector<float>> arrays;
    std::vector<float*> data;
    int64_t row = 0;
    for (int64_t width : widths) {
      arrays.push_back(numbers(outer * width));
      data.push_back(arrays.back().data());
      row += width;
    }
    std::vector<float> whole(outer * row);
    const Concat how = {outer, widths};
    how.join(data.data(), whole.data());
    how.take_apart(whole.data(), data.data());
    note(whole);
  }

  void tiles(int64_t channels, int64_t made, int64_t h, int64_t w, int64_t top, int64_t apart) {
    const Tiles there = {2, h, w, h + 1, w + 2, top, 2 - top, apart, 1};
    const Tiles back = {2, h + 1, w + 2, h, w, 2 * apart - top, top, apart, 1};
    const Filters filters = {channels, made, 9, channels * 9, false};
    const Filters turned = {made, channels, channels * 9, 9, true};
    const auto x = numbers(2 * channels * h * w), weight = numbers(made * channels * 9);
    const auto dy = numbers(2 * made * (h + 1) * (w + 2)), bias = numbers(made);
    std::vector<float> y(dy.size()), dx(x.size()), dweight(weight.size());
    winograd_forward(there, filters, x.data(), weight.data(), bias.data(), y.data());
    winograd_forward(back, turned, dy.data(), weight.data(), nullptr, dx.data());
    winograd_to_weight(there, filters, x.data(), dy.data(), dweight.data());
    note(y);
    note(dx);
    note(dweight);
  }

  void every_layer() {
    for (int64_t apart : {1, 2, 5}) {
      for (int64_t top : {-1, 0, 1, 3}) {
        tiles(1, 33, 5, 6, top, apart);
        tiles(17, 16, 1, 9, top, apart);
        tiles(32, 70, 16, 3, top, apart);
      }
      tiles(17, 33, 70, 65, 1, apart);
    }
    for (int64_t width : {1, 7, 16, 49, 64, 1000}) {
      rows(1, width);
      rows(77, width);
    }
    for (int64_t pixels : {1, 16, 255, 300, 513}) {
      entropy(1, pixels);
      entropy(19, pixels);
    }
    for (int64_t pixels : {1, 15, 64, 81, 4096, 9001}) {
      batches(1, 3, pixels);
      batches(3, 2, pixels);
    }
    for (int64_t inner : {1, 17, 1024, 3001}) {
      largest(3, 1, inner);
      largest(2, 9, inner);
    }
    for (int64_t side : {3, 4, 17, 70}) {
      for (int64_t stride : {1, 2, 3}) {
        pool(side, 2, stride, 0);
        pool(side, 3, stride, 1);
        pool(side, 4, stride, 3);
      }
    }
    for (int64_t side : {1, 5, 16, 35}) {
      permuted({3, side, 33}, {0, 2, 1});
      permuted({side, 20, 2, side}, {3, 1, 2, 0});
      permuted({2, side, 3, 17}, {2, 0, 1, 3});
      for (int64_t repeats : {0, 1, 2, 3, 5, 7}) {
        broadcast({2, side, 17}, repeats, 0);
        broadcast({side, 3, 700}, 0, repeats);
        broadcast({3, 40, side}, repeats, 7 - repeats);
      }
      broadcast({side * 1000}, 0, 1);
    }
    joined(3, {1, 2});
    joined(1000, {7, 1, 40});
    joined(2, {5000, 70000, 1});
  }
};

int main() {
  Layers narrow;
  narrow.everything();
  narrow.every_layer();
  Runner<double> wide;
  wide.everything();
  std::printf("%g %g\n", narrow.sum, wide.sum);
}
