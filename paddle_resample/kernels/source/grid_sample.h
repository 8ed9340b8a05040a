// Sampling a map at the places of a grid, and both gradients.
#pragma once
#include <algorithm>
#include <cstdint>

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
    every_block(grid, [&](int64_t n, int64_t begin, int count, const Spots<T>& s) {
      for (int64_t c = 0; c < channels; ++c) {
        const T* plane = x + (n * channels + c) * pixels();
        T* out = y + (n * channels + c) * places + begin;
        if (s.corners == 1) {
          for (int i = 0; i < count; ++i) out[i] = pixel(s, 0, i, plane);
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
      T* out = dgrid + (n * places + begin) * 2;
      for (int i = 0; i < count; ++i) {
        out[2 * i] = columns[i] * s.slope_x[i];
        out[2 * i + 1] = rows[i] * s.slope_y[i];
      }
    });
  }
};

}  // namespace resample
