// Maps with some channels of a pixel side by side, as the lanes of one vector: reading a
// pixel, or adding to one, is then the same few instructions anywhere.
#pragma once
#include <algorithm>
#include <cstdint>

#include "platform/parallel.h"
#include "platform/memory.h"
#include "vectors/interleave.h"
#include "vectors/vectors.h"

namespace resample {

constexpr int kLaneBlock = 128;  // pixels that are interleaved at once

// lanes[j * L + k] = planes[k * stride + j], or back; lanes above `channels` are zero,
// and not written back.
template <bool to_lanes, int L, typename T>
void interleave_block(T* lanes, T* planes, int64_t stride, int64_t channels,
                      int64_t count) {
  T spare[kLaneBlock] = {};
  T* rows[L];
  for (int k = 0; k < L; ++k) rows[k] = k < channels ? planes + k * stride : spare;
  interleave<to_lanes, L>(lanes, rows, count);
}

// The same for a map of any size.
template <bool to_lanes, int L, typename T>
void interleave_map(T* lanes, T* planes, int64_t stride, int64_t channels,
                    int64_t count) {
  for (int64_t begin = 0; begin < count; begin += kLaneBlock) {
    const int64_t part = std::min<int64_t>(kLaneBlock, count - begin);
    interleave_block<to_lanes, L>(lanes + begin * L, planes + begin, stride, channels,
                                  part);
  }
}

// lanes [pixels + 1, L] of a map, the last pixel of zeros.
template <int L, typename T>
void interleave_padded(const T* planes, int64_t pixels, int64_t channels, T* lanes) {
  interleave_map<true, L>(lanes, const_cast<T*>(planes), pixels, channels,
                          pixels);  // read only
  std::fill_n(lanes + pixels * L, L, T(0));
}

// A bundle: as many channels as a line of the cache holds.
template <typename T>
constexpr int kBundle = 64 / sizeof(T);

template <typename T>
using Bundle = Lanes<kBundle<T>, T>;

template <typename T>
int64_t bundles_of(int64_t channels) {
  return (channels + kBundle<T> - 1) / kBundle<T>;
}

// x [batch, channels, pixels] -> [batch, bundles, pixels + 1, kBundle], the last pixel of
// zeros.
template <typename T>
AlignedArray<T> bundled(const T* x, int64_t batch, int64_t channels, int64_t pixels) {
  constexpr int kAll = kBundle<T>;
  const int64_t bundles = bundles_of<T>(channels);
  const int64_t size = (pixels + 1) * kAll;
  AlignedArray<T> all = make_array<T>(batch * bundles * size);
  parallel(batch * bundles, batch * bundles * size, [&](int64_t task) {
    const int64_t n = task / bundles, c = task % bundles * kAll;
    const T* planes = x + (n * channels + c) * pixels;
    interleave_padded<kAll>(planes, pixels, channels - c, &all[task * size]);
  });
  return all;
}

}  // namespace resample
