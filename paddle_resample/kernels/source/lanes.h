// Maps whose pixels hold some channels next to each other: lanes of one vector, so that
// taking a pixel, or adding to one, is the same few instructions wherever it lies.
#pragma once
#include <algorithm>
#include <cstdint>

#include "cells.h"

namespace resample {

constexpr int kLaneBlock = 128;  // pixels that are turned at once

// lanes[j * L + k] = planes[k * stride + j], or back; lanes above `channels` are zero,
// and not brought back.
template <bool to_lanes, int L, typename T>
void turn_block(T* lanes, T* planes, int64_t stride, int64_t channels, int64_t count) {
  T spare[kLaneBlock] = {};
  T* rows[L];
  for (int k = 0; k < L; ++k) rows[k] = k < channels ? planes + k * stride : spare;
  weave<to_lanes, L>(lanes, rows, count);
}

// The same for a map of any size.
template <bool to_lanes, int L, typename T>
void turn_map(T* lanes, T* planes, int64_t stride, int64_t channels, int64_t count) {
  for (int64_t begin = 0; begin < count; begin += kLaneBlock) {
    const int64_t part = std::min<int64_t>(kLaneBlock, count - begin);
    turn_block<to_lanes, L>(lanes + begin * L, planes + begin, stride, channels, part);
  }
}

// L values that lie anywhere in memory as one, for the compilers' vector arithmetic.
template <int L, typename T>
struct Lanes {
  typedef T type
      __attribute__((vector_size(L * sizeof(T)), aligned(sizeof(T)), may_alias));
  static type& at(T* pixel) { return *reinterpret_cast<type*>(pixel); }
  static const type& at(const T* pixel) {
    return *reinterpret_cast<const type*>(pixel);
  }
};

// The sum of L lanes, in an order that does not depend on the compiler.
template <int L, typename T>
T sum_of_lanes(const typename Lanes<L, T>::type& lanes) {
  if constexpr (L == 2) {
    return lanes[0] + lanes[1];
  } else {
    using Half = Lanes<L / 2, T>;
    T values[L];
    Lanes<L, T>::at(values) = lanes;
    return sum_of_lanes<L / 2, T>(Half::at(values) + Half::at(values + L / 2));
  }
}

}  // namespace resample
