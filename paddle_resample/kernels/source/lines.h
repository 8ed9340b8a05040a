// Applying a band along a row that lies in memory, value by value (windows.h does many
// at once), and adding weighted rows up.
#pragma once
#include <algorithm>
#include <cstdint>

#include "band.h"
#include "vectors.h"

namespace resample {

// y[i] = band of one row x.
template <typename T>
void along_row(const Band<T>& b, const T* x, T* y) {
  for (int64_t i = 0; i < b.out; ++i) {
    const T* from = x + b.first[i];
    const T* w = &b.weight[i * b.taps];
    T sum = 0;
    for (int64_t k = 0; k < b.count[i]; ++k) sum += w[k] * from[k];
    y[i] = sum;
  }
}

// The same for pixels of `depth` neighbouring channels.
template <typename T>
void along_row(const Band<T>& b, int64_t depth, const T* x, T* y) {
  for (int64_t i = 0; i < b.out; ++i, y += depth) {
    const T* from = x + b.first[i] * depth;
    const T* w = &b.weight[i * b.taps];
    std::fill_n(y, depth, T(0));
    for (int64_t k = 0; k < b.count[i]; ++k, from += depth) {
#pragma GCC ivdep
      for (int64_t c = 0; c < depth; ++c) y[c] += w[k] * from[c];
    }
  }
}

// y = or += the weighted sum of K rows, which lie elsewhere; a line of the cache at a time.
template <int K, bool fresh, typename T>
void add_rows(const T* w, const T* const* rows, int64_t width, T* __restrict y) {
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
