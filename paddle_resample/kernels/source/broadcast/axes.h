// The axes of arrays that are read together, of which each may repeat its values.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace resample {

// How long an axis is, and how far the next value lies in each of N arrays: 0 where an
// array repeats one.
template <int N>
struct CommonAxis {
  int64_t length;
  std::array<int64_t, N> steps;
};

// From the outermost to the innermost: axes of one value are left out, and neighbours that
// every array walks through in equal steps are one.
template <int N>
using CommonAxes = std::vector<CommonAxis<N>>;

// Arrays of equally many axes; each has the length of `shape` or 1 on every one.
template <int N>
CommonAxes<N> common_axes(const std::vector<int64_t>& shape,
                          const std::array<std::vector<int64_t>, N>& arrays) {
  std::vector<std::array<int64_t, N>> steps(shape.size());
  std::array<int64_t, N> step;
  step.fill(1);
  for (size_t i = shape.size(); i > 0; --i) {
    for (int k = 0; k < N; ++k) {
      const int64_t length = arrays[k][i - 1];
      steps[i - 1][k] = length == 1 ? 0 : step[k];
      step[k] *= length;
    }
  }
  CommonAxes<N> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) continue;
    bool joins = !axes.empty();
    for (int k = 0; k < N && joins; ++k) {
      joins = axes.back().steps[k] == steps[i][k] * shape[i];
    }
    if (joins) {
      axes.back().length *= shape[i];
      axes.back().steps = steps[i];
    } else {
      axes.push_back({shape[i], steps[i]});
    }
  }
  return axes;
}

template <int N>
int64_t count_of(const CommonAxes<N>& axes) {
  int64_t count = 1;
  for (const CommonAxis<N>& axis : axes) count *= axis.length;
  return count;
}

// Counts through axes, and where that is in each array.
template <int N>
class Place {
 public:
  std::array<int64_t, N> at;

  Place(const CommonAxes<N>& axes, int64_t number) : axes_(axes), counts_(axes.size()) {
    at.fill(0);
    for (size_t i = axes.size(); i > 0; --i) {
      const CommonAxis<N>& axis = axes[i - 1];
      counts_[i - 1] = number % axis.length;
      number /= axis.length;
      for (int k = 0; k < N; ++k) at[k] += counts_[i - 1] * axis.steps[k];
    }
  }

  void step() {
    for (size_t i = axes_.size(); i > 0; --i) {
      const CommonAxis<N>& axis = axes_[i - 1];
      for (int k = 0; k < N; ++k) at[k] += axis.steps[k];
      if (++counts_[i - 1] < axis.length) return;
      counts_[i - 1] = 0;
      for (int k = 0; k < N; ++k) at[k] -= axis.steps[k] * axis.length;
    }
  }

 private:
  const CommonAxes<N>& axes_;
  std::vector<int64_t> counts_;
};

}  // namespace resample
