// Weighted sums of whole rows, a line of the cache at a time.
#pragma once
#include <algorithm>
#include <cstdint>

#include "platform/memory.h"
#include "vectors/vectors.h"

namespace resample {

// y = or += the weighted sum of K rows. Inline, so that the rows of a caller who knows K
// stay in registers.
template <int K, bool fresh, typename T>
RESAMPLE_INLINE void add_rows(const T* w, const T* const* rows, int64_t width, T* __restrict y) {
  constexpr int kLine = 64 / sizeof(T);
  T weight[K];
  const T* row[K];
  for (int k = 0; k < K; ++k) {
    weight[k] = w[k];
    row[k] = rows[k];
  }
  const auto add = [&](auto together, int64_t j) {
    using Some = Lanes<together.value, T>;
    auto sum = weight[0] * Some::at(row[0] + j);
    for (int k = 1; k < K; ++k) sum += weight[k] * Some::at(row[k] + j);
    Some::at(y + j) = fresh ? sum : Some::at(y + j) + sum;
  };
  fresh ? cover<kLine>(width, add) : in_halves<kLine>(width, add);
}

template <bool fresh, typename T>
void add_some(const T* w, const T* const* rows, int64_t count, int64_t width, T* y) {
  switch (count) {
    case 1: return add_rows<1, fresh>(w, rows, width, y);
    case 2: return add_rows<2, fresh>(w, rows, width, y);
    case 3: return add_rows<3, fresh>(w, rows, width, y);
  }
  add_rows<4, fresh>(w, rows, width, y);
}

// y = the weighted sum of `count` rows of `width` values.
template <typename T>
void across_rows(const T* w, const T* const* rows, int64_t count, int64_t width, T* y) {
  if (count == 0) return static_cast<void>(std::fill_n(y, width, T(0)));
  add_some<true>(w, rows, count, width, y);
  for (int64_t k = 4; k < count; k += 4) {
    add_some<false>(w + k, rows + k, count - k, width, y);
  }
}

}  // namespace resample
