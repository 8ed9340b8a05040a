// Copying a tensor in another order of its axes.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "platform/parallel.h"
#include "vectors/permutations.h"
#include "vectors/tails.h"

namespace resample {

// The axes of y, of which neighbours that are also neighbours in x are one: their lengths,
// and the steps in x and in y.
class Permutation {
 public:
  // Axis i of y is axis order[i] of x.
  Permutation(const std::vector<int64_t>& shape, const std::vector<int64_t>& order) {
    const size_t rank = shape.size();
    std::vector<int64_t> steps(rank, 1);
    for (size_t i = rank; i > 1; --i) steps[i - 2] = steps[i - 1] * shape[i - 1];
    for (int64_t axis : order) {
      if (shape[axis] == 1) continue;
      if (!axes_.empty() && axes_.back().in_x == steps[axis] * shape[axis]) {
        axes_.back().length *= shape[axis];
        axes_.back().in_x = steps[axis];
      } else {
        axes_.push_back({shape[axis], steps[axis], 0});
      }
    }
    if (axes_.empty()) axes_.push_back({1, 1, 0});
    for (size_t i = axes_.size(); i > 0; --i) {
      axes_[i - 1].in_y = elements_;
      elements_ *= axes_[i - 1].length;
    }
  }

  template <typename T>
  void operator()(const T* x, T* y) const {
    std::vector<Axis> outer = axes_;
    const Axis last = outer.back();  // neighbours in y
    outer.pop_back();
    if (last.in_x == 1) {
      const int64_t tasks = elements_ / last.length;
      // Whole runs; so many at a time that finding the first one costs nothing.
      const int64_t some = std::max<int64_t>(1, kTogether / last.length);
      parallel((tasks + some - 1) / some, elements_, [&](int64_t task) {
        Places places(outer, task * some);
        const int64_t end = std::min(tasks, (task + 1) * some);
        for (int64_t i = task * some; i < end; ++i, places.step()) {
          std::copy_n(x + places.in_x, last.length, y + places.in_y);
        }
      });
      return;
    }
    const auto first = std::find_if(outer.begin(), outer.end(),
                                    [](const Axis& axis) { return axis.in_x == 1; });
    const Axis near = *first;  // neighbours in x
    outer.erase(first);
    const int64_t strips = (near.length + kLanes<T> - 1) / kLanes<T>;
    parallel(elements_ / last.length / near.length * strips, elements_, [&](int64_t task) {
      const Places places(outer, task / strips);
      const int64_t begin = task % strips * kLanes<T>;
      const int64_t count = std::min(kLanes<T>, near.length - begin);
      strip(x + places.in_x + begin, last.in_x, y + places.in_y + begin * near.in_y, near.in_y,
            count, last.length);
    });
  }

 private:
  static constexpr int64_t kTogether = 1 << 12;

  struct Axis {
    int64_t length, in_x, in_y;
  };

  // Counts through the axes, and where that is.
  struct Places {
    const std::vector<Axis>& axes;
    std::vector<int64_t> counts;
    int64_t in_x = 0, in_y = 0;

    Places(const std::vector<Axis>& all, int64_t number) : axes(all), counts(all.size()) {
      for (size_t i = axes.size(); i > 0; --i) {
        counts[i - 1] = number % axes[i - 1].length;
        number /= axes[i - 1].length;
        in_x += counts[i - 1] * axes[i - 1].in_x;
        in_y += counts[i - 1] * axes[i - 1].in_y;
      }
    }
    void step() {
      for (size_t i = axes.size(); i > 0; --i) {
        const Axis& axis = axes[i - 1];
        in_x += axis.in_x;
        in_y += axis.in_y;
        if (++counts[i - 1] < axis.length) return;
        counts[i - 1] = 0;
        in_x -= axis.in_x * axis.length;
        in_y -= axis.in_y * axis.length;
      }
    }
  };

  // y[k * y_step + i] = x[i * x_step + k] for i < rows and k < count, no more than lanes.
  template <typename T>
  static void strip(const T* x, int64_t x_step, T* y, int64_t y_step, int64_t count,
                    int64_t rows) {
    constexpr int kAll = static_cast<int>(kLanes<T>);
    int64_t done = 0;
    if constexpr (permutes<T, kAll>) {
      for (; done + kAll <= rows; done += kAll) {
        Vector<T> square[kAll];
        for (int i = 0; i < kAll; ++i) {
          const T* const from = x + (done + i) * x_step;
          square[i] = count == kAll ? load(from) : load_part(from, count, T(0));
        }
        transpose<T>(square);
        for (int64_t k = 0; k < count; ++k) store(y + k * y_step + done, square[k]);
      }
    }
    for (; done < rows; ++done) {
      for (int64_t k = 0; k < count; ++k) y[k * y_step + done] = x[done * x_step + k];
    }
  }

  std::vector<Axis> axes_;
  int64_t elements_ = 1;
};

}  // namespace resample
