// Cross entropy of a softmax over channels with one label a pixel, and its gradient.
#pragma once
#include <atomic>
#include <cmath>
#include <cstdint>

#include "softmax/channels.h"

namespace resample {

// Of logits and labels [n, pixels]; pixels with the label `ignored` have no loss and no
// gradient.
template <typename Label>
struct CrossEntropy {
  ChannelSoftmax over;
  int64_t ignored;

  // Returns whether all other labels are channels.
  bool forward(const float* x, const Label* labels, float* softmax, float* loss) const {
    std::atomic<bool> good{true};
    const int64_t channels = over.channels, pixels = over.pixels;
    over.forward(x, softmax, [&](int64_t image, int64_t begin, int64_t count, const float* top,
                                 const float* sum) {
      const float* const scores = x + image * channels * pixels + begin;
      for (int64_t j = 0; j < count; ++j) {
        const int64_t at = image * pixels + begin + j, label = labels[at];
        loss[at] = 0;
        if (label == ignored) continue;
        if (label < 0 || label >= channels) {
          good = false;
          continue;
        }
        loss[at] = std::log(sum[j]) + top[j] - scores[label * pixels + j];
      }
    });
    return good;
  }

  // dx = (softmax - 1 at the label) * dloss
  void backward(const float* softmax, const Label* labels, const float* dloss, float* dx) const {
    const int64_t channels = over.channels, pixels = over.pixels;
    over.in_blocks([&](int64_t image, int64_t begin, int64_t count) {
      const int64_t first = image * channels * pixels + begin;
      const Label* const label = labels + image * pixels + begin;
      float scale[ChannelSoftmax::kBlock];
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
};

}  // namespace resample
