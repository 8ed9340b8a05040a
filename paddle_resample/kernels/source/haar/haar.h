// The Haar wavelet transform of one level, its inverse, and the gradients of both.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/parallel.h"
#include "platform/memory.h"
#include "vectors/vectors.h"

namespace resample {

// x [batch, channels, height, width], low [batch, channels, rows, columns], high [batch,
// 3 * channels, rows, columns]: differences of rows, of columns, diagonal ones.
template <typename T>
struct Haar {
  int64_t batch, channels, height, width;

  int64_t rows() const { return (height + 1) / 2; }
  int64_t columns() const { return (width + 1) / 2; }

  // An odd last row or column is completed by itself, or by zeros.
  void analyse(const T* x, bool replicate, T* low, T* high) const {
    every_plane([&](int64_t plane, const int64_t* bands) {
      const T* map = x + plane * height * width;
      const std::vector<T> zeros(replicate ? 0 : width);
      for (int64_t i = 0; i < rows(); ++i) {
        const T* above = map + 2 * i * width;
        const T* below = 2 * i + 1 < height ? above + width
                         : replicate        ? above
                                            : zeros.data();
        const int64_t line = i * columns();
        T *total = low + bands[0] + line, *down = high + bands[1] + line;
        T *across = high + bands[2] + line, *diagonal = high + bands[3] + line;
        const auto cell = [&](int64_t j, T a, T b, T c, T d) {
          const T left = a + c, right = b + d, left_step = a - c, right_step = b - d;
          total[j] = (left + right) * T(0.5);
          down[j] = (left_step + right_step) * T(0.5);
          across[j] = (left - right) * T(0.5);
          diagonal[j] = (left_step - right_step) * T(0.5);
        };
        every_cell([&](int64_t j) {
          cell(j, above[2 * j], above[2 * j + 1], below[2 * j], below[2 * j + 1]);
        });
        if (width % 2) {
          const T a = above[width - 1], c = below[width - 1];
          cell(width / 2, a, replicate ? a : T(0), c, replicate ? c : T(0));
        }
      }
    });
  }

  // What is beyond an odd side is left out, or added to what it repeated.
  void synthesise(const T* low, const T* high, bool replicated, T* x) const {
    every_plane([&](int64_t plane, const int64_t* bands) {
      T* map = x + plane * height * width;
      std::vector<T> spare(width);
      for (int64_t i = 0; i < rows(); ++i) {
        T* above = map + 2 * i * width;
        T* below = 2 * i + 1 < height ? above + width : spare.data();
        const int64_t line = i * columns();
        const T *total = low + bands[0] + line, *down = high + bands[1] + line;
        const T *across = high + bands[2] + line, *diagonal = high + bands[3] + line;
        const auto cell = [&](int64_t j, T& a, T& b, T& c, T& d) {
          const T l = total[j] * T(0.5), r = down[j] * T(0.5);
          const T k = across[j] * T(0.5), m = diagonal[j] * T(0.5);
          const T plus = l + r, minus = l - r, other = k + m, opposite = k - m;
          a = plus + other;
          b = plus - other;
          c = minus + opposite;
          d = minus - opposite;
        };
        every_cell([&](int64_t j) {
          T a, b, c, d;
          cell(j, a, b, c, d);
          above[2 * j] = a;
          above[2 * j + 1] = b;
          below[2 * j] = c;
          below[2 * j + 1] = d;
        });
        if (width % 2) {
          T a, b, c, d;
          cell(width / 2, a, b, c, d);
          above[width - 1] = replicated ? a + b : a;
          below[width - 1] = replicated ? c + d : c;
        }
        if (replicated && below == spare.data()) {
          for (int64_t j = 0; j < width; ++j) above[j] += below[j];
        }
      }
    });
  }

 private:
  // Call work(j) for all whole cells of a row: a vector of them at a time, of which the
  // last overlaps the one before.
  template <typename Work>
  RESAMPLE_INLINE void every_cell(const Work& work) const {
    constexpr int64_t kAll = kLanes<T>;
    const int64_t cells = width / 2;
    if (cells < kAll) {
      for (int64_t j = 0; j < cells; ++j) work(j);
      return;
    }
    for (int64_t begin = 0; begin < cells; begin += kAll) {
      const int64_t first = std::min(begin, cells - kAll);
#pragma GCC ivdep
      for (int64_t j = first; j < first + kAll; ++j) work(j);
    }
  }

  // Call work(plane, where its four bands begin in low and high).
  template <typename Work>
  void every_plane(const Work& work) const {
    const int64_t elements = batch * channels * height * width;
    parallel(batch * channels, elements, [&](int64_t plane) {
      const int64_t n = plane / channels, c = plane % channels, area = rows() * columns();
      int64_t bands[4] = {plane * area};
      for (int64_t k = 0; k < 3; ++k) {
        bands[1 + k] = ((3 * n + k) * channels + c) * area;
      }
      work(plane, bands);
    });
  }
};

}  // namespace resample
