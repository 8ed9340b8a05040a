// Filtering one row at every second pixel, with a number of taps that the compiler
// knows, and the gradient.
#pragma once
#include <cstdint>

#include "vectors/permutations.h"
#include "vectors/vectors.h"

namespace resample {

// Values that may be read behind a row.
template <typename T>
constexpr int64_t kBehind = 2 * kLanes<T> + 8;

// y[j] = the sum of w[k] * x[2 * j + k], in the order of k.
template <int taps, typename T>
void halve_row(const T* w, const T* x, int64_t width, T* y) {
  cover<static_cast<int>(kLanes<T>)>(width, [&](auto together, int64_t j) {
    constexpr int L = together.value;
    if constexpr (permutes<T, L>) {
      using Some = Lanes<L, T>;
      Order<T, L> even, odd;
      for (int i = 0; i < L; ++i) even[i] = 2 * i, odd[i] = 2 * i + 1;
      typename Some::type sum;
      for (int k = 0; k < taps; k += 2) {
        const auto a = Some::at(x + 2 * j + k), b = Some::at(x + 2 * j + k + L);
        const auto first = w[k] * picked(a, b, even);
        sum = k == 0 ? first : sum + first;
        if (k + 1 < taps) sum += w[k + 1] * picked(a, b, odd);
      }
      Some::at(y + j) = sum;
    } else {
      for (int64_t i = j; i < j + L; ++i) {
        T sum = w[0] * x[2 * i];
        for (int k = 1; k < taps; ++k) sum += w[k] * x[2 * i + k];
        y[i] = sum;
      }
    }
  });
}

// The gradient of x by that of y, which has zeros before and behind it: x[2 * j + p] of
// `pairs` values j.
template <int taps, typename T>
void double_row(const T* w, const T* y, int64_t pairs, T* x) {
  cover<static_cast<int>(kLanes<T>)>(pairs, [&](auto together, int64_t j) {
    constexpr int L = together.value;
    using Some = Lanes<L, T>;
    typename Some::type parts[2] = {};
    for (int p = 0; p < 2 && p < taps; ++p) {
      parts[p] = w[p] * Some::at(y + j);
      for (int k = p + 2; k < taps; k += 2) parts[p] += w[k] * Some::at(y + j - k / 2);
    }
    if constexpr (permutes<T, L>) {
      Order<T, L> low, high;
      for (int i = 0; i < L; ++i) {
        low[i] = i / 2 + (i % 2) * L;
        high[i] = low[i] + L / 2;
      }
      Some::at(x + 2 * j) = picked(parts[0], parts[1], low);
      Some::at(x + 2 * j + L) = picked(parts[0], parts[1], high);
    } else {
      for (int i = 0; i < L; ++i) {
        for (int p = 0; p < 2; ++p) x[2 * (j + i) + p] = parts[p][i];
      }
    }
  });
}

}  // namespace resample
