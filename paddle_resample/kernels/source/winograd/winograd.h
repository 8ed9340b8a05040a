// Convolution of 3 x 3 pixels, and its gradients, by tiles: 16 products make 4 pixels, where
// 36 would. What a task computes is decided by shapes alone, not by the number of threads.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "winograd/filters.h"

namespace resample {

// Tiles in rows of channels, transformed: [kPoints, capacity, row].
struct Points {
  int64_t capacity, row;
  AlignedArray<float> all;

  // A row is some lines longer than its channels: rows of a power of two would share the
  // same few lines of the cache.
  Points(int64_t tiles, int64_t channels)
      : capacity((tiles + kShortest - 1) / kShortest * kShortest),
        row((channels + 31) / 32 * 32 + kTileLanes),
        all(make_array<float>(kPoints * point())) {
    // What is behind the last bundle is multiplied, but not used.
    const int64_t written = bundles_of<float>(channels) * kTileLanes;
    if (written + kTileLanes == row) return;
    for (int64_t i = 0; i < kPoints * capacity; ++i) {
      std::fill_n(&all[i * row + written], row - written, 0.f);
    }
  }
  int64_t point() const { return capacity * row; }
  float* at(int point, int64_t tile) { return &all[(point * capacity + tile) * row]; }
};

// y, without bias where that is null, of a convolution by `filters` at `tiles`.
inline void winograd_forward(const Tiles& tiles, const Filters& filters, const float* x,
                             const float* weight, const float* bias, float* y) {
  constexpr int64_t kTogether = 64;  // tiles, whose points stay in the nearer caches
  const int64_t count = tiles.count(), parts = share(count, kTogether);
  const int64_t channels = filters.channels, made = filters.made;
  const int64_t bundles = bundles_of<float>(channels), made_bundles = bundles_of<float>(made);
  const int64_t size = (tiles.h * tiles.w + 1) * kTileLanes;
  const int64_t made_size = (tiles.to_h * tiles.to_w + 1) * kTileLanes;
  const AlignedArray<float> from = bundled(x, tiles.n, channels, tiles.h * tiles.w);
  const AlignedArray<float> by = filters.transformed(weight);
  const AlignedArray<float> to = make_array<float>(tiles.n * made_bundles * made_size);
  const AlignedArray<float> added = make_zeros<float>(made_bundles * kTileLanes);
  if (bias != nullptr) std::copy_n(bias, made, added.get());

  struct Own {
    Points read, made;
    int64_t at_read[kTogether][16], at_made[kTogether][4];
  };
  const auto make = [&] { return Own{{kTogether, channels}, {kTogether, made}, {}, {}}; };
  parallel(parts, count * made * channels, make, [&](Own& own, int64_t part) {
    const int64_t begin = part * kTogether, some = std::min(kTogether, count - begin);
    const int64_t rows = (some + kShortest - 1) / kShortest * kShortest;
    for (int64_t t = 0; t < some; ++t) {
      tiles.find<4>(begin + t, own.at_read[t]);
      tiles.find<2>(begin + t, own.at_made[t]);
    }
    for (int64_t b = 0; b < bundles; ++b) {
      for (int64_t t = 0; t < some; ++t) {
        const float* const map = &from[(tiles.image(begin + t) * bundles + b) * size];
        transform_read(map, own.at_read[t], own.read.at(0, t) + b * kTileLanes,
                       own.read.point());
      }
    }
    for (int p = 0; p < kPoints; ++p) {
      for (int64_t t = some; t < rows; ++t) std::fill_n(own.read.at(p, t), channels, 0.f);
      const TileFactor a = {own.read.at(p, 0), own.read.row, 1};
      for (int64_t panel = 0; panel < filters.panels(); ++panel) {
        const float* const b = &by[p * filters.points() + panel * channels * kPanel];
        product(a, rows, b, kPanel, channels, false, own.made.at(p, 0) + panel * kPanel,
                own.made.row);
      }
    }
    for (int64_t b = 0; b < made_bundles; ++b) {
      const TileLanes more = Bundle<float>::at(&added[b * kTileLanes]);
      for (int64_t t = 0; t < some; ++t) {
        float* const map = &to[(tiles.image(begin + t) * made_bundles + b) * made_size];
        transform_made(own.made.at(0, t) + b * kTileLanes, own.made.point(), more,
                       own.at_made[t], made_size - kTileLanes, map);
      }
    }
  });
  const int64_t pixels = tiles.to_h * tiles.to_w;
  parallel(tiles.n * made_bundles, tiles.n * made * pixels, [&](int64_t task) {
    const int64_t image = task / made_bundles, c = task % made_bundles * kTileLanes;
    interleave_map<false, kTileLanes>(&to[task * made_size], y + (image * made + c) * pixels,
                                     pixels, made - c, pixels);
  });
}

// The gradient of weights from that of what was made.
inline void winograd_to_weight(const Tiles& tiles, const Filters& filters, const float* x,
                               const float* dy, float* dweight) {
  const int64_t channels = filters.channels, made = filters.made;
  const int64_t bundles = bundles_of<float>(channels), made_bundles = bundles_of<float>(made);
  constexpr int64_t kRoom = 1 << 23;  // values at points, which a large cache holds
  const int64_t count = tiles.count(), most = kRoom / (kPoints * (channels + made));
  const int64_t parts = share(count, std::max<int64_t>(64, most));
  const int64_t together = share(count, parts);
  const int64_t size = (tiles.h * tiles.w + 1) * kTileLanes;
  const int64_t made_size = (tiles.to_h * tiles.to_w + 1) * kTileLanes;
  const AlignedArray<float> from = bundled(x, tiles.n, channels, tiles.h * tiles.w);
  const AlignedArray<float> above = bundled(dy, tiles.n, made, tiles.to_h * tiles.to_w);
  Points read(together, channels), gradient(together, made), sums(channels, made);
  std::vector<int64_t> at_read(together * 16), at_made(together * 4);

  for (int64_t begin = 0; begin < count; begin += together) {
    const int64_t some = std::min(together, count - begin);
    for (int64_t t = 0; t < some; ++t) {
      tiles.find<4>(begin + t, &at_read[t * 16]);
      tiles.find<2>(begin + t, &at_made[t * 4]);
    }
    parallel(bundles + made_bundles, some * (channels + made) * kPoints, [&](int64_t task) {
      const bool reads = task < bundles;
      const int64_t b = reads ? task : task - bundles;
      for (int64_t t = 0; t < some; ++t) {
        const int64_t image = tiles.image(begin + t);
        if (reads) {
          transform_read(&from[(image * bundles + b) * size], &at_read[t * 16],
                         read.at(0, t) + b * kTileLanes, read.point());
        } else {
          transform_gradient(&above[(image * made_bundles + b) * made_size], &at_made[t * 4],
                             gradient.at(0, t) + b * kTileLanes, gradient.point());
        }
      }
    });
    parallel(kPoints * filters.panels(), some * channels * made, [&](int64_t task) {
      const int p = static_cast<int>(task / filters.panels());
      const int64_t column = task % filters.panels() * kPanel;
      const int64_t rows = (channels + kShortest - 1) / kShortest * kShortest;
      product({read.at(p, 0), 1, read.row}, rows, gradient.at(p, 0) + column, gradient.row, some,
              begin > 0, sums.at(p, 0) + column, sums.row);
    });
  }
  filters.gather(sums.at(0, 0), sums.point(), sums.row, dweight);
}

}  // namespace resample
