// Sampling a map at the points of a grid, and both gradients.
#pragma once
#include <algorithm>
#include <cstdint>

#include "sampling/corners.h"
#include "vectors/channel_lanes.h"
#include "platform/parallel.h"
#include "platform/memory.h"
#include "vectors/interleave.h"

namespace resample {

// x [batch, channels, map], grid [batch, points, 2], y [batch, channels, points].
template <typename T>
struct GridSample {
  int64_t batch, channels, points;
  Map<T> map;

  void forward(const T* x, const T* grid, T* y) const {
    if (by_bundles()) return forward_by_bundles(x, grid, y);
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Corners<T>& c) {
      for (int64_t k = 0; k < channels; ++k) {
        const T* plane = x + (n * channels + k) * map.pixels();
        T* out = y + (n * channels + k) * points + begin;
        if (c.count == 1) {
          for (int i = 0; i < count; ++i) out[i] = pixel(c, 0, i, plane);
          continue;
        }
        for (int i = 0; i < count; ++i) {
          out[i] = c.weight[0][i] * pixel(c, 0, i, plane) +
                   c.weight[1][i] * pixel(c, 1, i, plane) +
                   c.weight[2][i] * pixel(c, 2, i, plane) +
                   c.weight[3][i] * pixel(c, 3, i, plane);
        }
      }
    });
  }

  // dx [batch, channels, map]: planes are shared among threads, so that each pixel
  // adds up in the order of the points.
  void gradient_of_x(const T* dy, const T* grid, T* dx) const {
    if (by_bundles()) return gradient_of_x_by_bundles(dy, grid, dx);
    constexpr int64_t kTogether = 8;  // channels that share the finding of corners
    const int64_t groups = (channels + kTogether - 1) / kTogether;
    parallel(batch * groups, elements(), [&](int64_t task) {
      const int64_t n = task / groups, first = task % groups * kTogether;
      const int64_t last = std::min(first + kTogether, channels);
      std::fill(dx + (n * channels + first) * map.pixels(),
                dx + (n * channels + last) * map.pixels(), T(0));
      blocks_of(grid, n, 0, points, [&](int64_t begin, int count, const Corners<T>& c) {
        for (int64_t k = first; k < last; ++k) {
          const T* from = dy + (n * channels + k) * points + begin;
          T* plane = dx + (n * channels + k) * map.pixels();
          for (int i = 0; i < count; ++i) {
            for (int corner = 0; corner < c.count; ++corner) {
              const int32_t at = c.index[corner][i];
              if (at != c.outside) plane[at] += c.weight[corner][i] * from[i];
            }
          }
        }
      });
    });
  }

  // dgrid [batch, points, 2]; nearest has none.
  void gradient_of_grid(const T* x, const T* dy, const T* grid, T* dgrid) const {
    if (map.mode != kBilinear) {
      std::fill_n(dgrid, batch * points * 2, T(0));
      return;
    }
    if (by_bundles()) return gradient_of_grid_by_bundles(x, dy, grid, dgrid);
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Corners<T>& c) {
      T columns[kLaneBlock] = {}, rows[kLaneBlock] = {};
      for (int64_t k = 0; k < channels; ++k) {
        const T* plane = x + (n * channels + k) * map.pixels();
        const T* from = dy + (n * channels + k) * points + begin;
        for (int i = 0; i < count; ++i) {
          const T p = pixel(c, 0, i, plane), q = pixel(c, 1, i, plane);
          const T r = pixel(c, 2, i, plane), t = pixel(c, 3, i, plane);
          columns[i] += from[i] * ((q - p) * (1 - c.below[i]) + (t - r) * c.below[i]);
          rows[i] += from[i] * ((r - p) * (1 - c.right[i]) + (t - q) * c.right[i]);
        }
      }
      put_gradient(c, columns, rows, count, dgrid + (n * points + begin) * 2);
    });
  }

 private:
  static constexpr int kAll = kBundle<T>;
  using Values = typename Bundle<T>::type;

  int64_t elements() const { return batch * channels * std::max(points, map.pixels()); }

  // Whether channels are many enough, and read often enough, to be bundled.
  bool by_bundles() const {
    return channels >= kAll / 2 && points * 4 >= map.pixels();
  }

  // Call work(first location, count, corners) for every block of sample n's points.
  template <typename Work>
  void blocks_of(const T* grid, int64_t n, int64_t begin, int64_t end,
                 const Work& work) const {
    Corners<T> corners;
    T x[kLaneBlock], y[kLaneBlock];
    T* const sides[2] = {x, y};
    for (; begin < end; begin += kLaneBlock) {
      const int count = static_cast<int>(std::min<int64_t>(kLaneBlock, end - begin));
      T* pairs = const_cast<T*>(grid) + (n * points + begin) * 2;  // read only
      interleave<false, 2>(pairs, sides, count);
      corners.find(x, y, count, map);
      work(begin, count, corners);
    }
  }

  // Call work(n, first location, count, corners) for every block, shared among threads.
  template <typename Work>
  void every_block(const T* grid, const Work& work) const {
    const int64_t blocks = (points + kLaneBlock - 1) / kLaneBlock;
    parallel(batch * blocks, elements(), [&](int64_t task) {
      const int64_t n = task / blocks, begin = task % blocks * kLaneBlock;
      const int64_t end = std::min<int64_t>(begin + kLaneBlock, points);
      blocks_of(grid, n, begin, end, [&](int64_t at, int count, const Corners<T>& c) {
        work(n, at, count, c);
      });
    });
  }

  // The pixel of a corner, 0 outside.
  static T pixel(const Corners<T>& c, int corner, int i, const T* plane) {
    const int32_t at = c.index[corner][i];
    return at == c.outside ? T(0) : plane[at];
  }

  static void put_gradient(const Corners<T>& c, const T* columns, const T* rows,
                           int count, T* out) {
    for (int i = 0; i < count; ++i) {
      out[2 * i] = columns[i] * c.slope_x[i];
      out[2 * i + 1] = rows[i] * c.slope_y[i];
    }
  }

  // The same of a bundle, which has a pixel of zeros outside.
  static const Values& bundle(const Corners<T>& c, int corner, int i, const T* plane) {
    return Bundle<T>::at(plane + int64_t(c.index[corner][i]) * kAll);
  }

  void forward_by_bundles(const T* x, const T* grid, T* y) const {
    const auto all = bundled(x, batch, channels, map.pixels());
    const int64_t bundles = bundles_of<T>(channels), size = (map.pixels() + 1) * kAll;
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Corners<T>& c) {
      alignas(64) T tile[kLaneBlock * kAll];
      for (int64_t b = 0; b < bundles; ++b) {
        const T* plane = &all[(n * bundles + b) * size];
        for (int i = 0; i < count; ++i) {
          Values sum = bundle(c, 0, i, plane);
          if (c.count == 4) {
            sum = c.weight[0][i] * sum + c.weight[1][i] * bundle(c, 1, i, plane) +
                  c.weight[2][i] * bundle(c, 2, i, plane) +
                  c.weight[3][i] * bundle(c, 3, i, plane);
          }
          Bundle<T>::at(tile + i * kAll) = sum;
        }
        T* out = y + (n * channels + b * kAll) * points + begin;
        interleave_block<false, kAll>(tile, out, points, channels - b * kAll, count);
      }
    });
  }

  void gradient_of_x_by_bundles(const T* dy, const T* grid, T* dx) const {
    const int64_t bundles = bundles_of<T>(channels), pixels = map.pixels();
    parallel(batch * bundles, elements(), [&](int64_t task) {
      const int64_t n = task / bundles, first = task % bundles * kAll;
      const AlignedArray<T> plane = make_zeros<T>((pixels + 1) * kAll);
      alignas(64) T tile[kLaneBlock * kAll];
      blocks_of(grid, n, 0, points, [&](int64_t begin, int count, const Corners<T>& c) {
        T* from = const_cast<T*>(dy) + (n * channels + first) * points + begin;
        interleave_block<true, kAll>(tile, from, points, channels - first, count);
        for (int i = 0; i < count; ++i) {
          const Values values = Bundle<T>::at(tile + i * kAll);
          for (int corner = 0; corner < c.count; ++corner) {
            T* at = &plane[int64_t(c.index[corner][i]) * kAll];
            Bundle<T>::at(at) += c.weight[corner][i] * values;
          }
        }
      });
      T* to = dx + (n * channels + first) * pixels;
      interleave_map<false, kAll>(plane.get(), to, pixels, channels - first, pixels);
    });
  }

  void gradient_of_grid_by_bundles(const T* x, const T* dy, const T* grid,
                                   T* dgrid) const {
    const auto all = bundled(x, batch, channels, map.pixels());
    const int64_t bundles = bundles_of<T>(channels), size = (map.pixels() + 1) * kAll;
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Corners<T>& c) {
      T columns[kLaneBlock] = {}, rows[kLaneBlock] = {};
      alignas(64) T tile[kLaneBlock * kAll];
      for (int64_t b = 0; b < bundles; ++b) {
        const T* plane = &all[(n * bundles + b) * size];
        T* from = const_cast<T*>(dy) + (n * channels + b * kAll) * points + begin;
        interleave_block<true, kAll>(tile, from, points, channels - b * kAll, count);
        for (int i = 0; i < count; ++i) {
          const Values &p = bundle(c, 0, i, plane), &q = bundle(c, 1, i, plane);
          const Values &r = bundle(c, 2, i, plane), &t = bundle(c, 3, i, plane);
          const T right = c.right[i], below = c.below[i];
          const Values d = Bundle<T>::at(tile + i * kAll);
          columns[i] += sum_of_lanes<kAll, T>(
              d * ((q - p) * (1 - below) + (t - r) * below));
          rows[i] += sum_of_lanes<kAll, T>(
              d * ((r - p) * (1 - right) + (t - q) * right));
        }
      }
      put_gradient(c, columns, rows, count, dgrid + (n * points + begin) * 2);
    });
  }
};

}  // namespace resample
