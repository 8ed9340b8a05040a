// Softmax over the channels of maps [n, channels, pixels], and its gradient.
#pragma once
#include <algorithm>
#include <cstdint>

#include "platform/parallel.h"
#include "vectors/exponential.h"
#include "vectors/tails.h"

namespace resample {

struct ChannelSoftmax {
  int64_t n, channels, pixels;

  // y = softmax of x. On the way, for every block of `count` pixels: seen(image, begin,
  // count, top, sum) with the largest of x of each pixel, and the sum of exp(x - top).
  template <typename Seen>
  void forward(const float* x, float* y, const Seen& seen) const {
    in_blocks([&](int64_t image, int64_t begin, int64_t count) {
      const int64_t first = image * channels * pixels + begin;
      float top[kBlock], sum[kBlock] = {};
      std::copy_n(x + first, count, top);
      for (int64_t c = 1; c < channels; ++c) {
        const float* const row = x + first + c * pixels;
        along_row<float>(count, [&](auto load, auto store) {
          const Vector<float> a = load(row, 0), b = load(top, 0);
          store(top, a > b ? a : b);
        });
      }
      for (int64_t c = 0; c < channels; ++c) {
        const float* const row = x + first + c * pixels;
        float* const to = y + first + c * pixels;
        along_row<float>(count, [&](auto load, auto store) {
          const Vector<float> v = exp_of_negative<float>(load(row, 0) - load(top, 0));
          store(to, v);
          store(sum, load(sum, 0) + v);
        });
      }
      seen(image, begin, count, top, sum);
      along_row<float>(count, [&](auto load, auto store) { store(sum, 1 / load(sum, 1)); });
      for (int64_t c = 0; c < channels; ++c) {
        float* const row = y + first + c * pixels;
        along_row<float>(count,
                         [&](auto load, auto store) { store(row, load(row, 0) * load(sum, 0)); });
      }
    });
  }

  // dx = y * (dy - the sum of dy * y over the channels)
  void backward(const float* y, const float* dy, float* dx) const {
    in_blocks([&](int64_t image, int64_t begin, int64_t count) {
      const int64_t first = image * channels * pixels + begin;
      float sum[kBlock] = {};
      for (int64_t c = 0; c < channels; ++c) {
        const float *const made = y + first + c * pixels, *const above = dy + first + c * pixels;
        along_row<float>(count, [&](auto load, auto store) {
          store(sum, load(sum, 0) + load(made, 0) * load(above, 0));
        });
      }
      for (int64_t c = 0; c < channels; ++c) {
        const float *const made = y + first + c * pixels, *const above = dy + first + c * pixels;
        float* const to = dx + first + c * pixels;
        along_row<float>(count, [&](auto load, auto store) {
          store(to, load(made, 0) * (load(above, 0) - load(sum, 0)));
        });
      }
    });
  }

  // Call work(image, begin, count) for every block of pixels.
  template <typename Work>
  void in_blocks(const Work& work) const {
    const int64_t blocks = (pixels + kBlock - 1) / kBlock;
    parallel(n * blocks, n * channels * pixels, [&](int64_t task) {
      const int64_t begin = task % blocks * kBlock;
      work(task / blocks, begin, std::min(kBlock, pixels - begin));
    });
  }

  static constexpr int64_t kBlock = 256;  // pixels that are worked on in the cache
};

}  // namespace resample
