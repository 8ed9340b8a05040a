// Cross entropy of a softmax over channels with one label a pixel, and its gradient.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>

#include "platform/parallel.h"
#include "vectors/exponential.h"
#include "vectors/tails.h"

namespace resample {

// Of logits [n, channels, pixels] and labels [n, pixels]; pixels with the label `ignored`
// have no loss and no gradient.
template <typename Label>
struct CrossEntropy {
  int64_t n, channels, pixels, ignored;

  // Returns whether all other labels are channels.
  bool forward(const float* x, const Label* labels, float* softmax, float* loss) const {
    std::atomic<bool> good{true};
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
        float* const to = softmax + first + c * pixels;
        along_row<float>(count, [&](auto load, auto store) {
          const Vector<float> v = exp_of_negative<float>(load(row, 0) - load(top, 0));
          store(to, v);
          store(sum, load(sum, 0) + v);
        });
      }
      for (int64_t j = 0; j < count; ++j) {
        const int64_t at = image * pixels + begin + j, label = labels[at];
        loss[at] = 0;
        if (label == ignored) continue;
        if (label < 0 || label >= channels) {
          good = false;
          continue;
        }
        loss[at] = std::log(sum[j]) + top[j] - x[first + label * pixels + j];
      }
      along_row<float>(count, [&](auto load, auto store) { store(sum, 1 / load(sum, 1)); });
      for (int64_t c = 0; c < channels; ++c) {
        float* const row = softmax + first + c * pixels;
        along_row<float>(count,
                         [&](auto load, auto store) { store(row, load(row, 0) * load(sum, 0)); });
      }
    });
    return good;
  }

  // dx = (softmax - 1 at the label) * dloss
  void backward(const float* softmax, const Label* labels, const float* dloss, float* dx) const {
    in_blocks([&](int64_t image, int64_t begin, int64_t count) {
      const int64_t first = image * channels * pixels + begin;
      const Label* const label = labels + image * pixels + begin;
      float scale[kBlock];
      for (int64_t j = 0; j < count; ++j) {
        scale[j] = label[j] == ignored ? 0 : dloss[image * pixels + begin + j];
      }
      for (int64_t c = 0; c < channels; ++c) {
        const float* const row = softmax + first + c * pixels;
        float* const to = dx + first + c * pixels;
        along_row<float>(count,
                         [&](auto load, auto store) { store(to, load(row, 0) * load(scale, 0)); });
      }
      for (int64_t j = 0; j < count; ++j) {
        if (label[j] != ignored) dx[first + label[j] * pixels + j] -= scale[j];
      }
    });
  }

 private:
  static constexpr int64_t kBlock = 256;  // pixels that are worked on in the cache

  template <typename Work>
  void in_blocks(const Work& work) const {
    const int64_t blocks = (pixels + kBlock - 1) / kBlock;
    parallel(n * blocks, n * channels * pixels, [&](int64_t task) {
      const int64_t begin = task % blocks * kBlock;
      work(task / blocks, begin, std::min(kBlock, pixels - begin));
    });
  }
};

}  // namespace resample
