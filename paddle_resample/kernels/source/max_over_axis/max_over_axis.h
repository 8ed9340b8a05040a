// The largest values along one axis, and their gradient.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/parallel.h"

namespace resample {

// Of x [outer, along, inner]; y is [outer, inner]. What is no number is the largest.
struct MaxOverAxis {
  int64_t outer, along, inner;
  bool divides;  // whether several that are the largest share the gradient, or each has it

  void forward(const float* x, float* y) const {
    for_blocks([&](int64_t from, int64_t to, int64_t some) {
      std::copy_n(x + from, some, y + to);
      for (int64_t k = 1; k < along; ++k) {
        const float* const values = x + from + k * inner;
        for (int64_t j = 0; j < some; ++j) {
          const float v = values[j], most = y[to + j];
          y[to + j] = v > most || v != v ? v : most;
        }
      }
    });
  }

  void backward(const float* x, const float* y, const float* dy, float* dx) const {
    for_blocks([&](int64_t from, int64_t to, int64_t some) {
      std::vector<float> shares(dy + to, dy + to + some);
      divide(x + from, y + to, some, shares.data());
      for (int64_t k = 0; k < along; ++k) {
        const int64_t at = from + k * inner;
        for (int64_t j = 0; j < some; ++j) {
          dx[at + j] = x[at + j] == y[to + j] ? shares[j] : 0.f;
        }
      }
    });
  }

  // The gradient of dy, from that of dx.
  void backward_twice(const float* x, const float* y, const float* of_dx, float* of_dy) const {
    for_blocks([&](int64_t from, int64_t to, int64_t some) {
      std::fill_n(of_dy + to, some, 0.f);
      for (int64_t k = 0; k < along; ++k) {
        const int64_t at = from + k * inner;
        for (int64_t j = 0; j < some; ++j) {
          of_dy[to + j] += x[at + j] == y[to + j] ? of_dx[at + j] : 0.f;
        }
      }
      divide(x + from, y + to, some, of_dy + to);
    });
  }

 private:
  // Call work(where x begins, where y begins, some) for blocks of neighbours.
  template <typename Work>
  void for_blocks(const Work& work) const {
    constexpr int64_t kSome = 1 << 10;  // values, which stay in the nearest cache
    const int64_t blocks = (inner + kSome - 1) / kSome;
    parallel(outer * blocks, outer * along * inner, [&](int64_t task) {
      const int64_t o = task / blocks, begin = task % blocks * kSome;
      work(o * along * inner + begin, o * inner + begin, std::min(kSome, inner - begin));
    });
  }

  // Divide values by how many are the largest; by nothing where none is.
  void divide(const float* x, const float* y, int64_t some, float* values) const {
    if (!divides) return;
    std::vector<float> counts(some, 0.f);
    for (int64_t k = 0; k < along; ++k) {
      const float* const at = x + k * inner;
      for (int64_t j = 0; j < some; ++j) counts[j] += at[j] == y[j] ? 1.f : 0.f;
    }
    for (int64_t j = 0; j < some; ++j) values[j] /= std::max(1.f, counts[j]);
  }
};

}  // namespace resample
