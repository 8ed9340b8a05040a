// Convolution of 3 x 3 pixels, and its gradients, by tiles: 16 products make 4 pixels, where
// 36 would. What a task computes is decided by shapes alone, not by the number of threads.
#pragma once
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "vectors/blocks.h"
#include "winograd/filters.h"

namespace resample {

// Tiles in rows of channels, transformed: [points, capacity, row].
struct Points {
  int64_t capacity, row;
  AlignedArray<float> all;

  // A row is some lines longer than its channels: rows of a power of two would share the
  // same few lines of the cache.
  Points(int64_t points, int64_t tiles, int64_t channels)
      : capacity(whole_products(tiles)),
        row((channels + 31) / 32 * 32 + kTileLanes),
        all(make_array<float>(points * point())) {
    // What is behind the last bundle is multiplied, but not used.
    const int64_t written = bundles_of<float>(channels) * kTileLanes;
    if (written + kTileLanes == row) return;
    for (int64_t i = 0; i < points * capacity; ++i) {
      std::fill_n(&all[i * row + written], row - written, 0.f);
    }
  }
  int64_t point() const { return capacity * row; }
  float* at(int64_t point, int64_t tile) { return &all[(point * capacity + tile) * row]; }
};

// y, without bias where that is null, of a convolution by `filters` at `tiles`.
inline void winograd_forward(const Tiles& tiles, const Filters& filters, const float* x,
                             const float* weight, const float* bias, float* y) {
  // Tiles whose points stay in the nearer caches, in tall products where there are many.
  constexpr int64_t kFew = 64, kMany = 48;
  static_assert(kMany % kTall == 0 && kMany < kFew);
  const int64_t count = tiles.count(), together = count < 8 * kFew ? kFew : kMany;
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
    TilePlace<4> at_read[kFew];
    TilePlace<2> at_made[kFew];
  };
  const auto make = [&] {
    return Own{{kPoints, kFew, channels}, {kPoints, kFew, made}, {}, {}};
  };
  parallel(share(count, together), count * made * channels, make, [&](Own& own, int64_t part) {
    const int64_t begin = part * together, some = std::min(together, count - begin);
    const int64_t rows = whole_products(some);
    tiles.find(begin, some, own.at_read);
    tiles.find(begin, some, own.at_made);
    for (int64_t b = 0; b < bundles; ++b) {
      for (int64_t t = 0; t < some; ++t) {
        const TilePlace<4>& place = own.at_read[t];
        const float* const map = &from[(place.image * bundles + b) * size];
        transform_read<0, 4>(map, place.at, own.read.at(0, t) + b * kTileLanes,
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
        const TilePlace<2>& place = own.at_made[t];
        float* const map = &to[(place.image * made_bundles + b) * made_size];
        transform_made(own.made.at(0, t) + b * kTileLanes, own.made.point(), more, place.at,
                       made_size - kTileLanes, map);
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

// Call work(first, lines) with constants: all four lines of points, or one of them.
template <typename Work>
inline void for_lines(int first, int lines, const Work& work) {
  const auto one = std::integral_constant<int, 1>();
  if (lines == 4) return work(std::integral_constant<int, 0>(), std::integral_constant<int, 4>());
  if (first == 0) return work(std::integral_constant<int, 0>(), one);
  if (first == 1) return work(std::integral_constant<int, 1>(), one);
  if (first == 2) return work(std::integral_constant<int, 2>(), one);
  return work(std::integral_constant<int, 3>(), one);
}

// The gradient of weights from that of what was made. A task sums over a part of the tiles
// and, where these are few or sums are many, at one line of points alone: what it works on
// stays in the caches of a core.
inline void winograd_to_weight(const Tiles& tiles, const Filters& filters, const float* x,
                               const float* dy, float* dweight) {
  constexpr int64_t kRoom = 1 << 17;  // values at points
  constexpr int64_t kWorth = 256;     // tiles, worth sums of their own
  constexpr int64_t kParts = 8;       // that work is shared as
  const int64_t channels = filters.channels, made = filters.made;
  const int64_t bundles = bundles_of<float>(channels), made_bundles = bundles_of<float>(made);
  const int64_t count = tiles.count();
  const bool all_lines = count >= kParts * kWorth && channels * made <= 1 << 14;
  const int64_t parts = all_lines ? kParts : std::clamp<int64_t>(count / kWorth, 1, kParts / 4);
  const int lines = all_lines ? 4 : 1, groups = 4 / lines;
  const int64_t together = std::max<int64_t>(64, kRoom / (4 * lines * (channels + made)));
  const int64_t rows = whole_products(channels);
  const int64_t size = (tiles.h * tiles.w + 1) * kTileLanes;
  const int64_t made_size = (tiles.to_h * tiles.to_w + 1) * kTileLanes;
  const AlignedArray<float> from = bundled(x, tiles.n, channels, tiles.h * tiles.w);
  const AlignedArray<float> above = bundled(dy, tiles.n, made, tiles.to_h * tiles.to_w);
  Points sums(parts * kPoints, channels, made);

  struct Own {
    Points read, gradient;
    std::vector<TilePlace<4>> at_read;
    std::vector<TilePlace<2>> at_made;
  };
  const auto make = [&] {
    const size_t tiles = static_cast<size_t>(together);
    return Own{{4 * lines, together, channels}, {4 * lines, together, made},
               decltype(Own::at_read)(tiles), decltype(Own::at_made)(tiles)};
  };
  parallel(parts * groups, count * made * channels, make, [&](Own& own, int64_t task) {
    const int64_t part = task / groups, first = part * count / parts;
    const int64_t end = (part + 1) * count / parts;
    const int first_line = static_cast<int>(task % groups) * lines;
    for (int64_t begin = first; begin < end; begin += together) {
      const int64_t some = std::min(together, end - begin);
      tiles.find(begin, some, own.at_read.data());
      tiles.find(begin, some, own.at_made.data());
      for_lines(first_line, lines, [&](auto line, auto lines) {
        for (int64_t b = 0; b < bundles; ++b) {
          for (int64_t t = 0; t < some; ++t) {
            const TilePlace<4>& place = own.at_read[t];
            transform_read<line, lines>(&from[(place.image * bundles + b) * size], place.at,
                                        own.read.at(0, t) + b * kTileLanes, own.read.point());
          }
        }
        for (int64_t b = 0; b < made_bundles; ++b) {
          for (int64_t t = 0; t < some; ++t) {
            const TilePlace<2>& place = own.at_made[t];
            transform_gradient<line, lines>(
                &above[(place.image * made_bundles + b) * made_size], place.at,
                own.gradient.at(0, t) + b * kTileLanes, own.gradient.point());
          }
        }
      });
      for (int p = 0; p < 4 * lines; ++p) {
        const int64_t point = part * kPoints + first_line * 4 + p;
        const TileFactor a = {own.read.at(p, 0), 1, own.read.row};
        for (int64_t column = 0; column < made; column += kPanel) {
          product(a, rows, own.gradient.at(p, 0) + column, own.gradient.row, some,
                  begin > first, sums.at(point, 0) + column, sums.row);
        }
      }
    }
  });
  const int64_t all = kPoints * sums.point();
  in_blocks_of(parts == 1 ? 0 : all, [&](int64_t begin, int64_t some) {
    for (int64_t part = 1; part < parts; ++part) {
      for (int64_t i = begin; i < begin + some; ++i) sums.all[i] += sums.all[part * all + i];
    }
  });
  filters.gather(sums.at(0, 0), sums.point(), sums.row, dweight);
}

}  // namespace resample
