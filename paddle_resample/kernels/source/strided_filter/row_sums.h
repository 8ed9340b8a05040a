// Which rows every row of a result sums, with which weights.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "vectors/weighted_rows.h"

namespace resample {

// Of every row of a result the rows that it sums, and their weights.
template <typename T>
class RowSums {
 public:
  // pairs(add) calls add(row of the result, row it sums, weight) for all, twice.
  template <typename Pairs>
  RowSums(int64_t rows, const Pairs& pairs) : ends_(rows + 1) {
    pairs([&](int64_t r, int64_t, T) { ++ends_[r + 1]; });
    for (int64_t r = 0; r < rows; ++r) ends_[r + 1] += ends_[r];
    summed_.resize(ends_[rows]);
    weights_.resize(ends_[rows]);
    std::vector<int64_t> next = ends_;
    pairs([&](int64_t r, int64_t row, T weight) {
      summed_[next[r]] = row;
      weights_[next[r]++] = weight;
    });
  }

  // to = the sum for row r, of rows of a map that are `width` long.
  void add_up(int64_t r, const T* map, int64_t width, T* to) const {
    const int64_t first = ends_[r], end = ends_[r + 1];
    if (first == end) return static_cast<void>(std::fill_n(to, width, T(0)));
    add<true>(first, end, map, width, to);
    for (int64_t k = first + 4; k < end; k += 4) add<false>(k, end, map, width, to);
  }

 private:
  // Four rows from the first on, or as many as there are.
  template <bool fresh>
  void add(int64_t first, int64_t end, const T* map, int64_t width, T* to) const {
    switch (end - first) {
      case 1: return add_rows<1, fresh>(first, map, width, to);
      case 2: return add_rows<2, fresh>(first, map, width, to);
      case 3: return add_rows<3, fresh>(first, map, width, to);
    }
    add_rows<4, fresh>(first, map, width, to);
  }
  template <int count, bool fresh>
  void add_rows(int64_t first, const T* map, int64_t width, T* to) const {
    const T *rows[count], *weights = &weights_[first];
    for (int k = 0; k < count; ++k) rows[k] = map + summed_[first + k] * width;
    resample::add_rows<count, fresh>(weights, rows, width, to);
  }

  std::vector<int64_t> ends_, summed_;
  std::vector<T> weights_;
};

}  // namespace resample
