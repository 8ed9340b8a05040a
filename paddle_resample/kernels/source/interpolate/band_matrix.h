// One axis of a resampling as a band matrix: every row has a few neighbouring weights.
//
// Output i is the sum of weight[i * taps + k] * input[first[i] + k], k < count[i].
// Every interpolation is such a band, and the gradient of one is its transpose.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace resample {

template <typename T>
struct BandMatrix {
  int64_t in, out, taps;
  std::vector<int64_t> first, count;
  std::vector<T> weight;

  BandMatrix(int64_t in, int64_t out, int64_t taps)
      : in(in), out(out), taps(taps), first(out), count(out), weight(out * taps) {}

  // Append w * input[j] to output i; j does not decrease, and one j adds up.
  void add(int64_t i, int64_t j, T w) {
    if (count[i] == 0) first[i] = j;
    const int64_t k = j - first[i];
    count[i] = k + 1;
    weight[i * taps + k] += w;
  }
};

// first[] must not decrease.
template <typename T>
BandMatrix<T> transposed(const BandMatrix<T>& band) {
  std::vector<int64_t> low(band.in, band.out), high(band.in, -1);
  for (int64_t i = 0; i < band.out; ++i) {
    for (int64_t j = band.first[i]; j < band.first[i] + band.count[i]; ++j) {
      low[j] = std::min(low[j], i);
      high[j] = std::max(high[j], i);
    }
  }
  int64_t taps = 1;
  for (int64_t j = 0; j < band.in; ++j) taps = std::max(taps, high[j] - low[j] + 1);
  BandMatrix<T> result(band.out, band.in, taps);
  for (int64_t i = 0; i < band.out; ++i) {
    for (int64_t k = 0; k < band.count[i]; ++k) {
      const int64_t j = band.first[i] + k;
      result.first[j] = low[j];
      result.count[j] = high[j] - low[j] + 1;
      result.weight[j * taps + i - low[j]] = band.weight[i * band.taps + k];
    }
  }
  return result;
}

// y = matrix times one row x, value by value; PermutedBand does many at once.
template <typename T>
void along_row(const BandMatrix<T>& b, const T* x, T* y) {
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
void along_row(const BandMatrix<T>& b, int64_t depth, const T* x, T* y) {
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

// The bands of interpolation on Paddle's grids. `step` is the distance of two output
// pixels in input pixels, a float as in Paddle's kernels.

template <typename T>
BandMatrix<T> nearest_band(int64_t in, int64_t out, float step) {
  BandMatrix<T> band(in, out, 1);
  for (int64_t i = 0; i < out; ++i) {
    const auto j = static_cast<int64_t>(step * static_cast<float>(i));
    band.add(i, std::min(j, in - 1), T(1));
  }
  return band;
}

template <typename T>
BandMatrix<T> linear_band(int64_t in, int64_t out, float step, bool corners) {
  BandMatrix<T> band(in, out, 2);
  for (int64_t i = 0; i < out; ++i) {
    const float k = static_cast<float>(i);
    const float location = corners ? step * k : step * (k + 0.5f) - 0.5f;
    const float inside = std::max(location, 0.f);
    const int64_t low = std::min(static_cast<int64_t>(inside), in - 1);
    const float above = inside - static_cast<float>(low);
    band.add(i, low, T(1.f - above));
    band.add(i, std::min(low + 1, in - 1), T(above));
  }
  return band;
}

// Keys' kernel with a = -0.75; pixels beyond the border repeat the border's.
template <typename T>
BandMatrix<T> cubic_band(int64_t in, int64_t out, float step, bool corners) {
  constexpr T a = T(-0.75);
  const auto inner = [](T t) { return ((a + 2) * t - (a + 3)) * t * t + 1; };
  const auto outer = [](T t) { return ((a * t - 5 * a) * t + 8 * a) * t - 4 * a; };
  BandMatrix<T> band(in, out, 4);
  for (int64_t i = 0; i < out; ++i) {
    const T location = corners ? T(step * static_cast<float>(i))
                            : T(step * (i + 0.5) - 0.5);
    const T floor = std::floor(location), t = location - floor;
    const T weights[4] = {outer(t + 1), inner(t), inner(1 - t), outer(2 - t)};
    for (int64_t k = 0; k < 4; ++k) {
      const int64_t j = static_cast<int64_t>(floor) - 1 + k;
      band.add(i, std::min(std::max<int64_t>(j, 0), in - 1), weights[k]);
    }
  }
  return band;
}

// The mean of the pixels from floor(i * in / out) to ceil((i + 1) * in / out).
template <typename T>
BandMatrix<T> area_band(int64_t in, int64_t out) {
  BandMatrix<T> band(in, out, in / out + 2);
  for (int64_t i = 0; i < out; ++i) {
    const int64_t begin = i * in / out, end = ((i + 1) * in + out - 1) / out;
    for (int64_t j = begin; j < end; ++j) band.add(i, j, T(1) / T(end - begin));
  }
  return band;
}

}  // namespace resample
