// Sums along a row, in several chains: each addition waits for the one before it.
#pragma once
#include <array>
#include <cstdint>

#include "vectors/tails.h"

namespace resample {

// The sums of K terms: term(load, sums) adds those of one vector to sums[0 ... K - 1], with
// load(row, rest) as along_row has it.
template <int K, typename Term>
inline std::array<float, K> sums_along(int64_t width, const Term& term) {
  constexpr int kChains = 4;
  Vector<float> sums[kChains][K] = {};
  constexpr int64_t kStep = kChains * kLanes<float>;
  int64_t j = 0;
  for (; j + kStep <= width; j += kStep) {
    for (int chain = 0; chain < kChains; ++chain) {
      const int64_t at = j + chain * kLanes<float>;
      term([at](const float* row, float) { return load(row + at); }, sums[chain]);
    }
  }
  along_row<float>(width - j, [&](auto load, auto) {
    term([&](const float* row, float rest) { return load(row + j, rest); }, sums[0]);
  });
  std::array<float, K> found;
  for (int k = 0; k < K; ++k) {
    found[k] = sum_of<float>((sums[0][k] + sums[1][k]) + (sums[2][k] + sums[3][k]));
  }
  return found;
}

}  // namespace resample
