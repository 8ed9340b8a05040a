// max(x, 0), also cut off at six, and the gradient of each.
#pragma once
#include <cstdint>

#include "vectors/blocks.h"
#include "vectors/tails.h"

namespace resample {

// What is no number becomes 0 or, until six, stays: as in Paddle.
template <bool until_six>
inline void relu_forward(int64_t count, const float* x, float* y) {
  in_blocks_of(count, [&](int64_t begin, int64_t some) {
    along_row<float>(some, [=](auto load, auto store) {
      const Vector<float> v = load(x + begin, 0), zero = {};
      if constexpr (until_six) {
        store(y + begin, v < 0.f ? zero : (v > 6.f ? zero + 6.f : v));
      } else {
        store(y + begin, v > 0.f ? v : zero);
      }
    });
  });
}

template <bool until_six>
inline void relu_backward(int64_t count, const float* y, const float* dy, float* dx) {
  in_blocks_of(count, [&](int64_t begin, int64_t some) {
    along_row<float>(some, [=](auto load, auto store) {
      const Vector<float> v = load(y + begin, 0), slope = load(dy + begin, 0);
      const Vector<float> cut = until_six ? (v < 6.f ? slope : Vector<float>{}) : slope;
      store(dx + begin, v > 0.f ? cut : Vector<float>{});
    });
  });
}

}  // namespace resample
