// Interleaving rows of values by permuting registers, where a compiler and a processor
// can.
#pragma once
#include <cstdint>
#include <type_traits>

#include "vectors/vectors.h"

#if defined(__GNUC__) && !defined(__clang__) && defined(__AVX2__)
#define RESAMPLE_PERMUTES 1  // by indices that need not be constant
#else
#define RESAMPLE_PERMUTES 0
#endif

namespace resample {

// Whether there are permutations of L values, which fill a register or part of it.
template <typename T, int L>
constexpr bool permutes = RESAMPLE_PERMUTES && L * sizeof(T) >= 16 && L <= kLanes<T>;

// Which of the values of two vectors, counted through, each of L lanes gets.
template <typename T, int L>
using Order =
    typename Lanes<L, std::conditional_t<sizeof(T) == 4, int32_t, int64_t>>::type;

template <typename V, typename O>
inline V picked(V first, V second, O order) {
#if RESAMPLE_PERMUTES
  return __builtin_shuffle(first, second, order);
#else
  return first;  // never called, see permutes
#endif
}

// line[2 * j + p] = (p ? odd : even)[j] for L values j, or back.
template <bool to_line, int L, typename T>
inline void interleave_two(T* line, T* even, T* odd) {
  using Some = Lanes<L, T>;
  Order<T, L> low, high;
  for (int k = 0; k < L; ++k) {
    low[k] = to_line ? k / 2 + (k % 2) * L : 2 * k;
    high[k] = to_line ? low[k] + L / 2 : 2 * k + 1;
  }
  T *const from[2] = {to_line ? even : line, to_line ? odd : line + L};
  T *const to[2] = {to_line ? line : even, to_line ? line + L : odd};
  const auto a = Some::at(from[0]), b = Some::at(from[1]);
  Some::at(to[0]) = picked(a, b, low);
  Some::at(to[1]) = picked(a, b, high);
}

// rows[i][k] becomes rows[k][i], of as many rows as there are lanes: first blocks of half
// as many rows and lanes change places, then smaller ones.
template <typename T, int half = static_cast<int>(kLanes<T>) / 2>
inline void transpose(Vector<T>* rows) {
  constexpr int kAll = static_cast<int>(kLanes<T>);
  Order<T, kAll> low, high;
  for (int k = 0; k < kAll; ++k) {
    low[k] = k & half ? kAll + k - half : k;
    high[k] = k & half ? kAll + k : k + half;
  }
  for (int i = 0; i < kAll; ++i) {
    if (i & half) continue;
    const Vector<T> above = rows[i], below = rows[i + half];
    rows[i] = picked(above, below, low);
    rows[i + half] = picked(above, below, high);
  }
  if constexpr (half > 1) transpose<T, half / 2>(rows);
}

// line[i * step + k] = rows[k][j + i] for as many i and k as there are lanes, or back.
template <bool to_line, typename T>
inline void interleave_square(T* line, int64_t step, T* const* rows, int64_t j) {
  constexpr int kAll = static_cast<int>(kLanes<T>);
  Vector<T> square[kAll];
  for (int i = 0; i < kAll; ++i)
    square[i] = load(to_line ? rows[i] + j : line + i * step);
  transpose<T>(square);
  for (int i = 0; i < kAll; ++i)
    store(to_line ? line + i * step : rows[i] + j, square[i]);
}

}  // namespace resample
