// What a convolution's bias does where no primitive does it: added to channels, and its
// gradient.
#pragma once
#include <cstdint>

#include "platform/parallel.h"

namespace resample {

// y [n, channels, pixels] += bias [channels]
inline void add_bias(int64_t n, int64_t channels, int64_t pixels, const float* bias, float* y) {
  parallel(n * channels, n * channels * pixels, [&](int64_t plane) {
    const float added = bias[plane % channels];
    float* const first = y + plane * pixels;
    for (int64_t i = 0; i < pixels; ++i) first[i] += added;
  });
}

// dbias [channels] = sums of dy [n, channels, pixels], of which eight partial sums are
// kept so that the compiler uses vectors.
inline void sum_channels(int64_t n, int64_t channels, int64_t pixels, const float* dy,
                         float* dbias) {
  parallel(channels, n * channels * pixels, [&](int64_t channel) {
    double sum = 0;
    for (int64_t image = 0; image < n; ++image) {
      const float* const first = dy + (image * channels + channel) * pixels;
      double parts[8] = {};
      int64_t i = 0;
      for (; i + 8 <= pixels; i += 8) {
        for (int k = 0; k < 8; ++k) parts[k] += first[i + k];
      }
      for (; i < pixels; ++i) sum += first[i];
      for (double part : parts) sum += part;
    }
    dbias[channel] = static_cast<float>(sum);
  });
}

}  // namespace resample
