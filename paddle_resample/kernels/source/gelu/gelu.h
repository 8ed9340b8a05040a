// The Gaussian error linear unit, x times the normal distribution's function of x, and
// its gradient.
#pragma once
#include <cstdint>

#include "vectors/blocks.h"
#include "vectors/exponential.h"
#include "vectors/tails.h"

namespace resample {

// The normal distribution's function of x, and `bell` = exp(-x * x / 2).
//
// For x < 0 it is bell times a function that falls slowly, here a polynomial of
// t = 1 / (1 + 3/8 |x|): interpolated at Chebyshev's nodes for |x| < 9, where its error,
// 3e-7 of itself, is that of float32.
inline Vector<float> normal_below(Vector<float> x, Vector<float>& bell) {
  constexpr float kSeries[] = {0.149690097f,  0.148071322f,  0.139794935f,
                               0.0427187454f, 0.126847276f,  -0.114874615f,
                               -0.0383242605f, 0.0636571828f, -0.0175806989f};
  const Vector<float> positive = x < 0.f ? -x : x;
  bell = exp_of_negative<float>(positive * positive * -0.5f);
  const Vector<float> t = 1.f / (positive * 0.375f + 1.f);
  Vector<float> sum = in_every_lane(kSeries[8]);
  for (int k = 7; k >= 0; --k) sum = multiply_add(sum, t, in_every_lane(kSeries[k]));
  const Vector<float> tail = bell * (sum * t);
  return x < 0.f ? tail : 1.f - tail;
}

inline void gelu_forward(int64_t count, const float* x, float* y) {
  in_blocks_of(count, [&](int64_t begin, int64_t some) {
    along_row<float>(some, [=](auto load, auto store) {
      const Vector<float> v = load(x + begin, 0);
      Vector<float> bell;
      store(y + begin, v * normal_below(v, bell));
    });
  });
}

inline void gelu_backward(int64_t count, const float* x, const float* dy, float* dx) {
  in_blocks_of(count, [&](int64_t begin, int64_t some) {
    along_row<float>(some, [=](auto load, auto store) {
      const Vector<float> v = load(x + begin, 0);
      Vector<float> bell;
      const Vector<float> below = normal_below(v, bell);
      store(dx + begin, load(dy + begin, 0) * (below + v * bell * 0.398942280f));
    });
  });
}

}  // namespace resample
