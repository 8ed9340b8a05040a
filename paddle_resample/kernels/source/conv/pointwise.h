// Convolution with a kernel of one pixel: a matrix times the channels of every pixel.
#pragma once
#include <algorithm>
#include <cstdint>

#include "platform/memory.h"
#include "platform/parallel.h"
#include "vectors/products.h"

namespace resample {

// x [n, channels, pixels], y [n, made, pixels].
class Pointwise {
 public:
  Pointwise(int64_t n, int64_t channels, int64_t made, int64_t pixels)
      : channels_(channels), made_(made), pixels_(pixels) {
    const int64_t kept = kKept / (channels * kPanel * static_cast<int64_t>(sizeof(float)));
    block_ = std::clamp<int64_t>(kept, 1, kPanels) * kPanel;
    blocks_ = share(pixels, block_);
    units_ = n * blocks_;
    groups_ = std::clamp<int64_t>(made / kRows, 1, share(kParts, units_));
  }

  // y(i) = the sum over channels k of weight(i, k) x(k), plus bias(i) where there is one.
  // Every sum is taken in the order of the channels, whoever takes it.
  void operator()(TileFactor weight, const float* x, const float* bias, float* y) const {
    const int64_t tiles = share(made_, kTall);
    const auto make = [&] { return make_array<float>(block_ * channels_ + kPanel * kTall); };
    parallel(units_ * groups_, units_ * block_ * channels_, make, [&](auto& room, int64_t task) {
      const int64_t unit = task / groups_, group = task % groups_;
      const int64_t image = unit / blocks_, begin = unit % blocks_ * block_;
      const int64_t count = std::min(block_, pixels_ - begin);
      float *const panels = room.get(), *const last = panels + block_ * channels_;
      pack(x + image * channels_ * pixels_ + begin, count, panels);
      for (int64_t t = group * tiles / groups_; t < (group + 1) * tiles / groups_; ++t) {
        const int64_t i = t * kTall, rows = std::min<int64_t>(kTall, made_ - i);
        const TileFactor own = {weight.at + i * weight.row, weight.row, weight.step};
        const float* const added = bias == nullptr ? nullptr : bias + i;
        float* const to = y + (image * made_ + i) * pixels_ + begin;
        for (int64_t p = 0; p < count; p += kPanel) {
          const float* const panel = panels + p * channels_;
          if (p + kPanel <= count) {
            multiply(own, rows, panel, added, to + p, pixels_);
            continue;
          }
          multiply(own, rows, panel, added, last, kPanel);
          for (int64_t r = 0; r < rows; ++r) {
            std::copy_n(last + r * kPanel, count - p, to + r * pixels_ + p);
          }
        }
      }
    });
  }

 private:
  static constexpr int64_t kKept = 1 << 18;  // bytes of a block, less than a cache has
  static constexpr int64_t kPanels = 8;      // of a block: long runs of a row are written
  static constexpr int64_t kParts = 8;       // that work is shared as
  static constexpr int64_t kRows = 16;       // worth packing a block again for

  // A block of pixels -> panels [channels, kPanel], the last filled up with zeros: rows
  // of a map would meet in the few lines of the cache that their distance leaves them.
  void pack(const float* x, int64_t count, float* panels) const {
    const int64_t whole = count / kPanel * kPanel;
    for (int64_t k = 0; k < channels_; ++k, x += pixels_) {
      float* const row = panels + k * kPanel;
      for (int64_t p = 0; p < whole; p += kPanel) {
        store(row + p * channels_, load(x + p));
        store(row + p * channels_ + kLanes<float>, load(x + p + kLanes<float>));
      }
      if (whole == count) continue;
      float* const end = std::copy_n(x + whole, count - whole, row + whole * channels_);
      std::fill_n(end, whole + kPanel - count, 0.0f);
    }
  }

  void multiply(TileFactor weight, int64_t rows, const float* panel, const float* bias, float* to,
                int64_t to_row) const {
    if (bias != nullptr) {
      for (int64_t i = 0; i < rows; ++i) std::fill_n(to + i * to_row, kPanel, bias[i]);
    }
    product(weight, rows, panel, kPanel, channels_, bias != nullptr, to, to_row);
  }

  int64_t channels_, made_, pixels_;
  int64_t block_, blocks_, units_;  // pixels of a block, blocks of a sample and in all
  int64_t groups_;                  // of rows, that tasks share a block by
};

}  // namespace resample
