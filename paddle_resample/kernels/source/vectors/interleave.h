// Interleaving rows of values: rows of one component each become a line with the
// components of a pixel side by side; and the inverse.
#pragma once
#include <algorithm>
#include <cstdint>

#include "vectors/permutations.h"
#include "vectors/vectors.h"

namespace resample {

// line[j * S + p] = rows[p][j], or back.
template <bool to_space, int S, typename T>
void interleave(T* line, T* const* rows, int64_t count) {
  T* part[S];
  for (int p = 0; p < S; ++p) part[p] = rows[p];
  // As many pixels as a line of the cache holds at a time: a number that the compiler
  // knows, so that this is a few permutations of registers.
  cover<64 / sizeof(T)>(count, [&](auto together, int64_t begin) {
    constexpr int kSome = std::min<int>(together.value, kLanes<T>);
    if constexpr (permutes<T, kSome> && S == 2) {
      for (int64_t j = begin; j < begin + together.value; j += kSome) {
        interleave_two<to_space, kSome>(line + j * 2, part[0] + j, part[1] + j);
      }
      return;
    }
    if constexpr (permutes<T, kSome> && S % kLanes<T> == 0 && kSome == kLanes<T>) {
      for (int64_t j = begin; j < begin + together.value; j += kSome) {
        for (int p = 0; p < S; p += kSome) {
          interleave_square<to_space>(line + j * S + p, S, part + p, j);
        }
      }
      return;
    }
#pragma GCC ivdep
    for (int64_t j = begin; j < begin + together.value; ++j) {
      for (int p = 0; p < S; ++p) {
        if (to_space) {
          line[j * S + p] = part[p][j];
        } else {
          part[p][j] = line[j * S + p];
        }
      }
    }
  });
}

template <bool to_space, typename T>
void interleave_any(T* line, T* const* rows, int64_t scale, int64_t count) {
  switch (scale) {
    case 1: return interleave<to_space, 1>(line, rows, count);
    case 2: return interleave<to_space, 2>(line, rows, count);
    case 3: return interleave<to_space, 3>(line, rows, count);
    case 4: return interleave<to_space, 4>(line, rows, count);
    case 8: return interleave<to_space, 8>(line, rows, count);
  }
  // In blocks that stay in the first cache, so that each line of it is moved once.
  constexpr int64_t kBlock = 64;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t part = std::min(kBlock, count - begin);
    for (int64_t p = 0; p < scale; ++p) {
      T* const row = rows[p] + begin;
      T* const to = line + begin * scale + p;
      for (int64_t j = 0; j < part; ++j) {
        if (to_space) {
          to[j * scale] = row[j];
        } else {
          row[j] = to[j * scale];
        }
      }
    }
  }
}

}  // namespace resample
