// Filters of 3 x 3 at the points of transformed tiles, and back.
#pragma once
#include <algorithm>
#include <cstdint>

#include "platform/memory.h"
#include "platform/parallel.h"
#include "vectors/products.h"
#include "winograd/tiles.h"

namespace resample {

// Where the weights of a convolution from `channels` to `made` are, or those of its gradient,
// whose filters lead back and are turned by half a circle.
struct Filters {
  int64_t channels, made;
  int64_t channel_step, made_step;
  bool turned;

  int64_t panels() const { return (made + kPanel - 1) / kPanel; }
  int64_t points() const { return panels() * channels * kPanel; }  // at each of kPoints

  // [kPoints, panels, channels, kPanel], zeros where there is no filter.
  AlignedArray<float> transformed(const float* weight) const {
    AlignedArray<float> all = make_array<float>(kPoints * points());
    for_panels([&](int64_t panel, int64_t some, int64_t c) {
      float taps[9][kPanel] = {};
      for (int64_t l = 0; l < some; ++l) {
        const float* const from = at(weight, panel, l, c);
        for (int t = 0; t < 9; ++t) taps[turned ? 8 - t : t][l] = from[t];
      }
      float* const to = &all[(panel * channels + c) * kPanel];
      for (int64_t l = 0; l < kPanel; l += kLanes<float>) {
        Vector<float> half[4][3];
        for (int j = 0; j < 3; ++j) {
          Vector<float> g[4];
          spread(load(&taps[j][l]), load(&taps[3 + j][l]), load(&taps[6 + j][l]), g);
          for (int i = 0; i < 4; ++i) half[i][j] = g[i];
        }
        for (int i = 0; i < 4; ++i) {
          Vector<float> g[4];
          spread(half[i][0], half[i][1], half[i][2], g);
          for (int j = 0; j < 4; ++j) store(to + (i * 4 + j) * points() + l, g[j]);
        }
      }
    });
    return all;
  }

  // The gradient of weights from that at the points, [kPoints, channels, row].
  void gather(const float* gradient, int64_t point, int64_t row, float* dweight) const {
    for_panels([&](int64_t panel, int64_t some, int64_t c) {
      float taps[9][kPanel];
      const float* const from = gradient + c * row + panel * kPanel;
      for (int64_t l = 0; l < kPanel; l += kLanes<float>) {
        Vector<float> half[3][4];
        for (int j = 0; j < 4; ++j) {
          Vector<float> g[4];
          for (int i = 0; i < 4; ++i) g[i] = load(from + (i * 4 + j) * point + l);
          collect(g, half[0][j], half[1][j], half[2][j]);
        }
        for (int i = 0; i < 3; ++i) {
          Vector<float> g[3];
          collect(half[i], g[0], g[1], g[2]);
          for (int j = 0; j < 3; ++j) store(&taps[i * 3 + j][l], g[j]);
        }
      }
      for (int64_t l = 0; l < some; ++l) {
        float* const to = const_cast<float*>(at(dweight, panel, l, c));
        for (int t = 0; t < 9; ++t) to[t] = taps[t][l];
      }
    });
  }

 private:
  static void spread(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float>* to) {
    const Vector<float> ends = (a + c) * .5f, middle = b * .5f;
    to[0] = a;
    to[1] = ends + middle;
    to[2] = ends - middle;
    to[3] = c;
  }
  static void collect(const Vector<float>* g, Vector<float>& a, Vector<float>& b,
                      Vector<float>& c) {
    const Vector<float> ends = (g[1] + g[2]) * .5f;
    a = g[0] + ends;
    b = (g[1] - g[2]) * .5f;
    c = ends + g[3];
  }

  const float* at(const float* weight, int64_t panel, int64_t lane, int64_t c) const {
    return weight + (panel * kPanel + lane) * made_step + c * channel_step;
  }

  // Call work(panel, filters of it, channel).
  template <typename Work>
  void for_panels(const Work& work) const {
    constexpr int64_t kTogether = 16;  // channels whose weights share lines of the cache
    const int64_t parts = (channels + kTogether - 1) / kTogether;
    parallel(panels() * parts, channels * made * 9, [&](int64_t task) {
      const int64_t panel = task / parts, begin = task % parts * kTogether;
      const int64_t some = std::min(kPanel, made - panel * kPanel);
      for (int64_t c = begin; c < std::min(channels, begin + kTogether); ++c) {
        work(panel, some, c);
      }
    });
  }
};

}  // namespace resample
