// A square kernel as a sum of products of a column and a row.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace resample {

// kernel = sum of down x across.
template <typename T>
struct FilterTerm {
  std::vector<T> down, across;
};

// One term where one is enough, else one for each row of the kernel.
template <typename T>
std::vector<FilterTerm<T>> filter_terms(const T* kernel, int64_t taps) {
  const auto far = [](T a, T b) { return std::abs(a) < std::abs(b); };
  const int64_t pivot = std::max_element(kernel, kernel + taps * taps, far) - kernel;
  const int64_t row = pivot / taps, column = pivot % taps;
  const T largest = kernel[pivot];
  FilterTerm<T> one = {std::vector<T>(taps), std::vector<T>(taps)};
  for (int64_t k = 0; k < taps; ++k) {
    one.down[k] = kernel[k * taps + column];
    one.across[k] = largest == 0 ? T(0) : kernel[row * taps + k] / largest;
  }
  bool enough = true;
  for (int64_t i = 0; i < taps; ++i) {
    for (int64_t j = 0; j < taps; ++j) {
      const T error = std::abs(one.down[i] * one.across[j] - kernel[i * taps + j]);
      const T rounding = sizeof(T) == 4 ? T(1e-6) : T(1e-14);
      enough = enough && error <= rounding * std::abs(largest);
    }
  }
  if (enough) return {one};
  std::vector<FilterTerm<T>> rows;
  for (int64_t i = 0; i < taps; ++i) {
    rows.push_back({std::vector<T>(taps), {}});
    rows[i].down[i] = 1;
    rows[i].across.assign(kernel + i * taps, kernel + (i + 1) * taps);
  }
  return rows;
}

}  // namespace resample
