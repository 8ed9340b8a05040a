// Sampling a map at the places of a grid, and both gradients.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "lanes.h"
#include "parallel.h"
#include "spots.h"

namespace resample {

// x [batch, channels, map], grid [batch, places, 2], y [batch, channels, places].
template <typename T>
struct GridSample {
  int64_t batch, channels, places;
  Map<T> map;

  int64_t pixels() const { return map.height * map.width; }
  int64_t blocks() const { return (places + kBlock - 1) / kBlock; }
  int64_t elements() const { return batch * channels * std::max(places, pixels()); }

  // Whether channels are many enough, and read often enough, to be bundled.
  bool by_bundles() const { return channels >= kBundle<T> / 2 && places * 4 >= pixels(); }

  // Call work(n, first place, count, spots) for every block, shared among threads.
  template <typename Work>
  void every_block(const T* grid, const Work& work) const {
    parallel(batch * blocks(), elements(), [&](int64_t task) {
      const int64_t n = task / blocks(), begin = task % blocks() * kBlock;
      const int count = static_cast<int>(std::min<int64_t>(kBlock, places - begin));
      Spots<T> spots;
      find_spots(grid + (n * places + begin) * 2, count, map, spots);
      work(n, begin, count, spots);
    });
  }

  void forward(const T* x, const T* grid, T* y) const {
    if (by_bundles()) return forward_by_bundles(x, grid, y);
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Spots<T>& s) {
      for (int64_t c = 0; c < channels; ++c) {
        const T* plane = x + (n * channels + c) * pixels();
        T* out = y + (n * channels + c) * places + begin;
        if (s.corners == 1) {
          if (s.all_inside) {
            for (int i = 0; i < count; ++i) out[i] = plane[s.index[0][i]];
          } else {
            for (int i = 0; i < count; ++i) out[i] = pixel(s, 0, i, plane);
          }
          continue;
        }
        for (int i = 0; i < count; ++i) {
          out[i] = s.weight[0][i] * pixel(s, 0, i, plane) +
                   s.weight[1][i] * pixel(s, 1, i, plane) +
                   s.weight[2][i] * pixel(s, 2, i, plane) +
                   s.weight[3][i] * pixel(s, 3, i, plane);
        }
      }
    });
  }

  // dx [batch, channels, map]: planes are shared among threads, so that each pixel
  // adds up in the order of the places.
  void gradient_of_x(const T* dy, const T* grid, T* dx) const {
    if (by_bundles()) return gradient_of_x_by_bundles(dy, grid, dx);
    constexpr int64_t kTogether = 8;  // channels that share the finding of spots
    const int64_t groups = (channels + kTogether - 1) / kTogether;
    parallel(batch * groups, elements(), [&](int64_t task) {
      const int64_t n = task / groups, first = task % groups * kTogether;
      const int64_t last = std::min(first + kTogether, channels);
      std::fill(dx + (n * channels + first) * pixels(),
                dx + (n * channels + last) * pixels(), T(0));
      Spots<T> s;
      for (int64_t begin = 0; begin < places; begin += kBlock) {
        const int count = static_cast<int>(std::min<int64_t>(kBlock, places - begin));
        find_spots(grid + (n * places + begin) * 2, count, map, s);
        for (int64_t c = first; c < last; ++c) {
          const T* from = dy + (n * channels + c) * places + begin;
          T* plane = dx + (n * channels + c) * pixels();
          for (int i = 0; i < count; ++i) {
            for (int k = 0; k < s.corners; ++k) {
              if (s.inside[k][i]) plane[s.index[k][i]] += s.weight[k][i] * from[i];
            }
          }
        }
      }
    });
  }

  // dgrid [batch, places, 2]; nearest has none.
  void gradient_of_grid(const T* x, const T* dy, const T* grid, T* dgrid) const {
    if (map.mode != kBilinear) {
      std::fill_n(dgrid, batch * places * 2, T(0));
      return;
    }
    if (by_bundles()) return gradient_of_grid_by_bundles(x, dy, grid, dgrid);
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Spots<T>& s) {
      T columns[kBlock] = {}, rows[kBlock] = {};
      for (int64_t c = 0; c < channels; ++c) {
        const T* plane = x + (n * channels + c) * pixels();
        const T* from = dy + (n * channels + c) * places + begin;
        for (int i = 0; i < count; ++i) {
          const T a = pixel(s, 0, i, plane), b = pixel(s, 1, i, plane);
          const T d = pixel(s, 2, i, plane), e = pixel(s, 3, i, plane);
          columns[i] += from[i] * ((b - a) * (1 - s.below[i]) + (e - d) * s.below[i]);
          rows[i] += from[i] * ((d - a) * (1 - s.right[i]) + (e - b) * s.right[i]);
        }
      }
      put_gradient(s, columns, rows, count, dgrid + (n * places + begin) * 2);
    });
  }

 private:
  static constexpr int kAll = kBundle<T>;
  using Values = typename Bundle<T>::type;

  static void put_gradient(const Spots<T>& s, const T* columns, const T* rows, int count,
                           T* out) {
    for (int i = 0; i < count; ++i) {
      out[2 * i] = columns[i] * s.slope_x[i];
      out[2 * i + 1] = rows[i] * s.slope_y[i];
    }
  }

  // A pixel of a bundle, 0 outside.
  static Values corner(const Spots<T>& s, int corner, int i, const T* plane) {
    if (!s.inside[corner][i]) return Values{};
    return Bundle<T>::at(plane + s.index[corner][i] * kAll);
  }

  static Values sum(const Spots<T>& s, int i, const T* plane) {
    return s.weight[0][i] * corner(s, 0, i, plane) +
           s.weight[1][i] * corner(s, 1, i, plane) +
           s.weight[2][i] * corner(s, 2, i, plane) +
           s.weight[3][i] * corner(s, 3, i, plane);
  }

  void forward_by_bundles(const T* x, const T* grid, T* y) const {
    const auto all = bundled(x, batch, channels, pixels());
    const int64_t bundles = bundles_of<T>(channels);
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Spots<T>& s) {
      alignas(64) T tile[kBlock * kAll];
      for (int64_t b = 0; b < bundles; ++b) {
        const T* plane = &all[(n * bundles + b) * pixels() * kAll];
        for (int i = 0; i < count; ++i) {
          const Values y = s.corners == 1 ? corner(s, 0, i, plane) : sum(s, i, plane);
          Bundle<T>::at(tile + i * kAll) = y;
        }
        T* out = y + (n * channels + b * kAll) * places + begin;
        turn_map<false, kAll>(tile, out, places, channels - b * kAll, count);
      }
    });
  }

  void gradient_of_x_by_bundles(const T* dy, const T* grid, T* dx) const {
    const int64_t bundles = bundles_of<T>(channels);
    parallel(batch * bundles, elements(), [&](int64_t task) {
      const int64_t n = task / bundles, c = task % bundles * kAll;
      std::vector<T> plane(pixels() * kAll);
      alignas(64) T tile[kBlock * kAll];
      Spots<T> s;
      for (int64_t begin = 0; begin < places; begin += kBlock) {
        const int count = static_cast<int>(std::min<int64_t>(kBlock, places - begin));
        find_spots(grid + (n * places + begin) * 2, count, map, s);
        T* from = const_cast<T*>(dy) + (n * channels + c) * places + begin;
        turn_map<true, kAll>(tile, from, places, channels - c, count);
        for (int i = 0; i < count; ++i) {
          const Values values = Bundle<T>::at(tile + i * kAll);
          for (int k = 0; k < s.corners; ++k) {
            if (!s.inside[k][i]) continue;
            Bundle<T>::at(&plane[s.index[k][i] * kAll]) += s.weight[k][i] * values;
          }
        }
      }
      T* to = dx + (n * channels + c) * pixels();
      turn_map<false, kAll>(plane.data(), to, pixels(), channels - c, pixels());
    });
  }

  void gradient_of_grid_by_bundles(const T* x, const T* dy, const T* grid,
                                   T* dgrid) const {
    const auto all = bundled(x, batch, channels, pixels());
    const int64_t bundles = bundles_of<T>(channels);
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Spots<T>& s) {
      T columns[kBlock] = {}, rows[kBlock] = {};
      alignas(64) T tile[kBlock * kAll];
      for (int64_t b = 0; b < bundles; ++b) {
        const T* plane = &all[(n * bundles + b) * pixels() * kAll];
        const int have = static_cast<int>(std::min<int64_t>(kAll, channels - b * kAll));
        T* from = const_cast<T*>(dy) + (n * channels + b * kAll) * places + begin;
        turn_map<true, kAll>(tile, from, places, have, count);
        for (int i = 0; i < count; ++i) {
          add_gradient(s, i, plane, tile + i * kAll, have, columns, rows);
        }
      }
      put_gradient(s, columns, rows, count, dgrid + (n * places + begin) * 2);
    });
  }

  // Of place i, from the first `have` channels of a bundle.
  static void add_gradient(const Spots<T>& s, int i, const T* plane, const T* dy,
                           int have, T* columns, T* rows) {
    const Values p = corner(s, 0, i, plane), q = corner(s, 1, i, plane);
    const Values r = corner(s, 2, i, plane), t = corner(s, 3, i, plane);
    const T right = s.right[i], below = s.below[i];
    const Values given = Bundle<T>::at(dy);
    const Values column = given * ((q - p) * (1 - below) + (t - r) * below);
    const Values row = given * ((r - p) * (1 - right) + (t - q) * right);
    for (int c = 0; c < have; ++c) {
      columns[i] += column[c];
      rows[i] += row[c];
    }
  }
};

}  // namespace resample
