// Rows whose length no vector divides: their last, incomplete vector.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "vectors/vectors.h"

namespace resample {

// `count` values, fewer than a vector has; the others are `rest`.
template <typename T>
inline Vector<T> load_part(const T* from, int64_t count, T rest) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    const auto mask = static_cast<__mmask16>((1u << count) - 1);
    return (Vector<float>)_mm512_mask_loadu_ps(_mm512_set1_ps(rest), mask, from);
  }
#endif
  T values[kLanes<T>];
  for (T& value : values) value = rest;
  std::memcpy(values, from, count * sizeof(T));
  return load(values);
}

template <typename T>
inline void store_part(T* to, int64_t count, Vector<T> v) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) {
    const auto mask = static_cast<__mmask16>((1u << count) - 1);
    return _mm512_mask_storeu_ps(to, mask, (__m512)v);
  }
#endif
  std::memcpy(to, &v, count * sizeof(T));
}

template <typename T>
inline T sum_of(Vector<T> v) {
  T values[kLanes<T>];
  store(values, v);
  return sum_of_lanes<static_cast<int>(kLanes<T>), T>(
      Lanes<static_cast<int>(kLanes<T>), T>::at(values));
}

// Call work(load, store) for every vector of a row of `width` values, with functions
// of an array: load(row, rest) gives its values from j on, store(row, v) puts them there.
// Work that reads variables of functions around its own must hold copies of them: what is
// stored could be such a variable, for all that the compiler knows, and it reads them anew
// for every vector.
template <typename T, typename Work>
inline void along_row(int64_t width, const Work& work) {
  int64_t j = 0;
  for (; j + kLanes<T> <= width; j += kLanes<T>) {
    work([j](const T* row, T) { return load(row + j); },
         [j](T* row, Vector<T> v) { store(row + j, v); });
  }
  const int64_t left = width - j;
  if (left == 0) return;
  work([=](const T* row, T rest) { return load_part(row + j, left, rest); },
       [=](T* row, Vector<T> v) { store_part(row + j, left, v); });
}

}  // namespace resample
