// The mean or the largest value of windows of a map, and its gradient.
#pragma once
#include <algorithm>
#include <cfloat>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "platform/parallel.h"

namespace resample {

// Windows on planes of h x w pixels. A plane is one task, and all is summed in the order
// of Paddle's loops: the numbers are the same to the last bit.
struct Pool {
  int64_t planes, h, w, to_h, to_w;
  int64_t kernel_h, kernel_w, stride_h, stride_w, top, left;
  bool largest;
  bool inside_only;  // whether a mean is by the pixels of a window that are in the map

  void forward(const float* x, float* y) const {
    const std::vector<float> widths = sizes(to_w, stride_w, left, kernel_w, w);
    const std::vector<float> heights = sizes(to_h, stride_h, top, kernel_h, h);
    for_planes([&](int64_t plane) {
      const float* const from = x + plane * h * w;
      for (int64_t i = 0; i < to_h; ++i) {
        float* const row = y + (plane * to_h + i) * to_w;
        std::fill_n(row, to_w, largest ? -FLT_MAX : 0.f);
        for_taps(i, [&](int64_t at, int64_t first, int64_t last, auto stride) {
          const float* const values = from + at;
          if (largest) {
            for (int64_t j = first; j < last; ++j) {
              const float value = values[j * stride];
              row[j] = row[j] > value ? row[j] : value;
            }
          } else {
            for (int64_t j = first; j < last; ++j) row[j] += values[j * stride];
          }
        });
        if (largest) continue;
        for (int64_t j = 0; j < to_w; ++j) row[j] /= heights[i] * widths[j];
      }
    });
  }

  void backward(const float* x, const float* y, const float* dy, float* dx) const {
    const std::vector<float> widths = sizes(to_w, stride_w, left, kernel_w, w);
    const std::vector<float> heights = sizes(to_h, stride_h, top, kernel_h, h);
    for_planes([&](int64_t plane) {
      float* const to = dx + plane * h * w;
      std::fill_n(to, h * w, 0.f);
      std::vector<float> shares(to_w);
      std::vector<int64_t> where(to_w);
      for (int64_t i = 0; i < to_h; ++i) {
        const float* const row = dy + (plane * to_h + i) * to_w;
        if (largest) {
          find_largest(x + plane * h * w, y + (plane * to_h + i) * to_w, i, where.data());
          for (int64_t j = 0; j < to_w; ++j) {
            if (where[j] >= 0) to[where[j]] += row[j];
          }
          continue;
        }
        for (int64_t j = 0; j < to_w; ++j) shares[j] = row[j] * (1.f / (heights[i] * widths[j]));
        for_taps<true>(i, [&](int64_t at, int64_t first, int64_t last, auto stride) {
          float* const values = to + at;
          for (int64_t j = first; j < last; ++j) values[j * stride] += shares[j];
        });
      }
    });
  }

  // The gradient of dy, from that of dx.
  void backward_twice(const float* x, const float* y, const float* of_dx, float* of_dy) const {
    if (!largest) return forward(of_dx, of_dy);
    for_planes([&](int64_t plane) {
      std::vector<int64_t> where(to_w);
      for (int64_t i = 0; i < to_h; ++i) {
        const int64_t row = (plane * to_h + i) * to_w;
        find_largest(x + plane * h * w, y + row, i, where.data());
        for (int64_t j = 0; j < to_w; ++j) {
          of_dy[row + j] = where[j] < 0 ? 0 : of_dx[plane * h * w + where[j]];
        }
      }
    });
  }

 private:
  template <typename Work>
  void for_planes(const Work& work) const {
    parallel(planes, planes * h * w, work);
  }

  // Call work(at, first, last, stride) for those pixels of a row of
  // windows that lie in the map: of windows first ... last - 1 the one at + j * stride.
  template <bool from_behind = false, typename Work>
  void for_taps(int64_t i, const Work& work) const {
    const int64_t begin = std::max<int64_t>(0, top - i * stride_h);
    const int64_t end = std::min(kernel_h, h + top - i * stride_h);
    for (int64_t a = begin; a < end; ++a) {
      const int64_t line = (i * stride_h + a - top) * w;
      for (int64_t k = 0; k < kernel_w; ++k) {
        const int64_t b = from_behind ? kernel_w - 1 - k : k;
        const int64_t first = (std::max<int64_t>(0, left - b) + stride_w - 1) / stride_w;
        const int64_t last = std::min(to_w, (w + left - b - 1 + stride_w) / stride_w);
        const int64_t at = line + b - left;
        if (stride_w == 1) {
          work(at, first, last, std::integral_constant<int64_t, 1>());
        } else if (stride_w == 2) {
          work(at, first, last, std::integral_constant<int64_t, 2>());
        } else {
          work(at, first, last, stride_w);
        }
      }
    }
  }

  // Where the first of the largest values of each window of a row is; -1: nowhere.
  void find_largest(const float* x, const float* y, int64_t i, int64_t* where) const {
    std::fill_n(where, to_w, -1);
    for_taps(i, [&](int64_t at, int64_t first, int64_t last, auto stride) {
      for (int64_t j = first; j < last; ++j) {
        const int64_t here = at + j * stride;
        where[j] = where[j] < 0 && x[here] == y[j] ? here : where[j];
      }
    });
  }

  // How many pixels of every window along an axis a mean is taken by.
  std::vector<float> sizes(int64_t count, int64_t stride, int64_t before, int64_t kernel,
                           int64_t side) const {
    std::vector<float> all(count, static_cast<float>(kernel));
    for (int64_t i = 0; inside_only && i < count; ++i) {
      const int64_t begin = i * stride - before;
      const int64_t end = std::min(side, begin + kernel);
      all[i] = static_cast<float>(end - std::max<int64_t>(0, begin));
    }
    return all;
  }
};

}  // namespace resample
