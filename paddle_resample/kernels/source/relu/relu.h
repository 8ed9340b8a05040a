// max(x, 0), and its gradient.
#pragma once
#include <cstdint>

#include "vectors/blocks.h"
#include "vectors/tails.h"

namespace resample {

inline void relu_forward(int64_t count, const float* x, float* y) {
  in_blocks_of(count, [&](int64_t begin, int64_t some) {
    along_row<float>(some, [&](auto load, auto store) {
      const Vector<float> v = load(x + begin, 0);
      store(y + begin, v > 0.f ? v : Vector<float>{});  // also of what is no number
    });
  });
}

inline void relu_backward(int64_t count, const float* y, const float* dy, float* dx) {
  in_blocks_of(count, [&](int64_t begin, int64_t some) {
    along_row<float>(some, [&](auto load, auto store) {
      store(dx + begin, load(y + begin, 0) > 0.f ? load(dy + begin, 0) : Vector<float>{});
    });
  });
}

}  // namespace resample
