// Products of matrices whose columns are the lanes of vectors.
#pragma once
#include <cstdint>
#include <type_traits>

#include "vectors/vectors.h"

namespace resample {

constexpr int64_t kPanel = 2 * kLanes<float>;  // columns that are summed at once
constexpr int kTall = kVectorBytes == 64 ? 12 : 6;  // rows, as many as registers hold
constexpr int kShortest = 4;  // of which the sums still hide how long an addition takes

// Rows with as many behind them as fill the last product of some, which takes no longer then.
constexpr int64_t whole_products(int64_t rows) {
  return (rows + kShortest - 1) / kShortest * kShortest;
}

// a(i, k) = at[i * row + k * step]
struct TileFactor {
  const float* at;
  int64_t row, step;
};

// to(i, j) = the sum over k < steps of a(i, k) b[k * b_step + j], or that added to it, for
// `rows` rows and the columns j < kPanel.
template <int rows>
inline void product_of_rows(TileFactor a, const float* b, int64_t b_step, int64_t steps, bool add,
                            float* to, int64_t to_row) {
  Vector<float> sums[rows][2] = {};
  for (int64_t k = 0; k < steps; ++k) {
    const Vector<float> left = load(b), right = load(b + kLanes<float>);
    for (int i = 0; i < rows; ++i) {
      const Vector<float> factor = in_every_lane(a.at[i * a.row]);
      sums[i][0] = multiply_add(factor, left, sums[i][0]);
      sums[i][1] = multiply_add(factor, right, sums[i][1]);
    }
    a.at += a.step;
    b += b_step;
  }
  for (int i = 0; i < rows; ++i) {
    for (int half = 0; half < 2; ++half) {
      float* const place = to + i * to_row + half * kLanes<float>;
      store(place, add ? load(place) + sums[i][half] : sums[i][half]);
    }
  }
}

// The same for any number of rows.
inline void product(TileFactor a, int64_t rows, const float* b, int64_t b_step, int64_t steps,
                    bool add, float* to, int64_t to_row) {
  int64_t i = 0;
  const auto some = [&](auto count) {
    const TileFactor below = {a.at + i * a.row, a.row, a.step};
    product_of_rows<count>(below, b, b_step, steps, add, to + i * to_row, to_row);
    i += count;
  };
  // Not 6 and 2 of 8: two rows take as long as four.
  while (i + kTall + kShortest <= rows || i + kTall == rows) {
    some(std::integral_constant<int, kTall>());
  }
  while (i + kShortest <= rows) some(std::integral_constant<int, kShortest>());
  if (i + 2 <= rows) some(std::integral_constant<int, 2>());
  if (i < rows) some(std::integral_constant<int, 1>());
}

}  // namespace resample
