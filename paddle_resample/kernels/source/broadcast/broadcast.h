// Sums, products and quotients of two arrays that repeat their values along axes where the
// other one is longer, and the sums over such axes that their gradients are.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "broadcast/axes.h"
#include "platform/parallel.h"
#include "vectors/blocks.h"
#include "vectors/sums.h"
#include "vectors/tails.h"

namespace resample {

struct Add {
  static Vector<float> of(Vector<float> a, Vector<float> b) { return a + b; }
};
struct Multiply {
  static Vector<float> of(Vector<float> a, Vector<float> b) { return a * b; }
};
struct Divide {
  static Vector<float> of(Vector<float> a, Vector<float> b) { return a / b; }
};

// Where an array lies, and its shape, of as many axes as all others have.
struct Operand {
  const float* data;
  const std::vector<int64_t>& shape;
};

// The last of the axes, which is taken out; one of a single value where there is none.
template <int N>
CommonAxis<N> take_last(CommonAxes<N>& axes) {
  CommonAxis<N> last = {1, {}};
  if (!axes.empty()) {
    last = axes.back();
    axes.pop_back();
  }
  return last;
}

// y [shape] of values of a and b.
template <typename Operation>
void combine(const Operand& a, const Operand& b, const std::vector<int64_t>& shape, float* y) {
  auto axes = common_axes<3>(shape, {shape, a.shape, b.shape});
  const int64_t elements = count_of(axes);
  const CommonAxis<3> last = take_last(axes);
  const bool steps_a = last.steps[1] != 0, steps_b = last.steps[2] != 0;
  const int64_t pieces = (last.length + kBlock - 1) / kBlock;
  const int64_t units = elements / last.length * pieces;
  // As many at a time as a block has values.
  const int64_t some = std::max<int64_t>(1, kBlock / last.length);
  parallel((units + some - 1) / some, elements, [&](int64_t task) {
    const int64_t first = task * some, end = std::min(units, first + some);
    Place<3> place(axes, first / pieces);
    for (int64_t unit = first; unit < end; ++unit) {
      const int64_t begin = unit % pieces * kBlock;
      const int64_t width = std::min(kBlock, last.length - begin);
      float* const to = y + place.at[0] + begin;
      const float* const of_a = a.data + place.at[1] + (steps_a ? begin : 0);
      const float* const of_b = b.data + place.at[2] + (steps_b ? begin : 0);
      if (steps_a && steps_b) {
        along_row<float>(width, [=](auto load, auto store) {
          store(to, Operation::of(load(of_a, 0), load(of_b, 1)));
        });
      } else if (steps_a) {
        const Vector<float> all = in_every_lane(*of_b);
        along_row<float>(
            width, [=](auto load, auto store) { store(to, Operation::of(load(of_a, 0), all)); });
      } else {
        const Vector<float> all = in_every_lane(*of_a);
        along_row<float>(
            width, [=](auto load, auto store) { store(to, Operation::of(all, load(of_b, 1))); });
      }
      if (begin + width == last.length) place.step();
    }
  });
}

// Sums of x [shape], or of its products with the values of a factor, over the axes that
// `made` has one value of. Floats within a block, doubles across blocks, in parts that the
// shapes decide.
class SumTo {
 public:
  SumTo(const std::vector<int64_t>& shape, const std::vector<int64_t>& factor,
        const std::vector<int64_t>& made) {
    auto axes = common_axes<3>(shape, {shape, factor, made});
    elements_ = count_of(axes);
    last_ = take_last(axes);
    keeps_last_ = last_.steps[2] != 0;
    for (const CommonAxis<3>& axis : axes) (axis.steps[2] != 0 ? kept_ : summed_).push_back(axis);
    pieces_ = (last_.length + kBlock - 1) / kBlock;
    results_ = count_of(kept_) * (keeps_last_ ? pieces_ : 1);
    terms_ = count_of(summed_) * (keeps_last_ ? 1 : pieces_);
    parts_ = std::min(terms_, std::max<int64_t>(1, kMostParts / results_));
  }

  // factor: or nullptr.
  void operator()(const float* x, const float* factor, float* sums) const {
    const int64_t width = keeps_last_ ? std::min(kBlock, last_.length) : 1;
    std::vector<double> of_parts(parts_ > 1 ? parts_ * results_ * width : 0);
    parallel(
        results_ * parts_, elements_, [&] { return std::vector<double>(width); },
        [&](std::vector<double>& own, int64_t task) {
          const int64_t result = task / parts_, part = task % parts_;
          sum_part(x, factor, result, part, own.data());
          if (parts_ == 1) {
            put(result, own.data(), sums);
          } else {
            std::copy(own.begin(), own.end(), of_parts.begin() + task * width);
          }
        });
    if (parts_ == 1) return;
    for (int64_t result = 0; result < results_; ++result) {
      double* const all = of_parts.data() + result * parts_ * width;
      for (int64_t part = 1; part < parts_; ++part) {
        for (int64_t j = 0; j < width; ++j) all[j] += all[part * width + j];
      }
      put(result, all, sums);
    }
  }

 private:
  static constexpr int64_t kMostParts = 32;
  static constexpr int64_t kInFloats = 32;  // rows

  // Of a piece of the last axis where it is kept.
  int64_t piece_of(int64_t number) const { return keeps_last_ ? number % pieces_ : 0; }
  int64_t kept_of(int64_t number) const { return keeps_last_ ? number / pieces_ : number; }

  void put(int64_t result, const double* found, float* sums) const {
    const int64_t begin = piece_of(result) * kBlock;
    float* const to = sums + Place<3>(kept_, kept_of(result)).at[2] + begin;
    const int64_t width = keeps_last_ ? std::min(kBlock, last_.length - begin) : 1;
    for (int64_t j = 0; j < width; ++j) to[j] = float(found[j]);
  }

  void sum_part(const float* x, const float* factor, int64_t result, int64_t part,
                double* sums) const {
    const Place<3> kept(kept_, kept_of(result));
    const float* const of_x = x + kept.at[0];
    const float* const of_factor = factor ? factor + kept.at[1] : nullptr;
    const int64_t begin = terms_ * part / parts_, end = terms_ * (part + 1) / parts_;
    if (keeps_last_) {
      sum_rows(of_x, of_factor, piece_of(result) * kBlock, begin, end, sums);
    } else {
      sums[0] = sum_along(of_x, of_factor, begin, end);
    }
  }

  // Rows, of which a piece of the last axis is kept.
  void sum_rows(const float* x, const float* factor, int64_t from, int64_t begin, int64_t end,
                double* sums) const {
    const int64_t width = std::min(kBlock, last_.length - from);
    const int64_t step = last_.steps[1];
    float some[kBlock];
    std::fill_n(sums, width, 0.);
    Place<3> place(summed_, begin);
    for (int64_t i = begin; i < end;) {
      const int64_t until = std::min(end, i + kInFloats);
      std::fill_n(some, width, 0.f);
      for (; i < until; ++i, place.step()) {
        const float* const row = x + place.at[0] + from;
        float* const to = some;
        if (factor == nullptr) {
          along_row<float>(width, [=](auto load, auto store) {
            store(to, load(to, 0) + load(row, 0));
          });
        } else if (step != 0) {
          const float* const by = factor + place.at[1] + from;
          along_row<float>(width, [=](auto load, auto store) {
            store(to, multiply_add(load(row, 0), load(by, 0), load(to, 0)));
          });
        } else {
          const Vector<float> by = in_every_lane(factor[place.at[1]]);
          along_row<float>(width, [=](auto load, auto store) {
            store(to, multiply_add(load(row, 0), by, load(to, 0)));
          });
        }
      }
      for (int64_t j = 0; j < width; ++j) sums[j] += some[j];
    }
  }

  // Pieces of the last axis, of which one sum is kept.
  double sum_along(const float* x, const float* factor, int64_t begin, int64_t end) const {
    double sum = 0;
    Place<3> place(summed_, begin / pieces_);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t from = i % pieces_ * kBlock, width = std::min(kBlock, last_.length - from);
      const float* const row = x + place.at[0] + from;
      if (factor != nullptr && last_.steps[1] != 0) {
        const float* const by = factor + place.at[1] + from;
        sum += sums_along<1>(width, [=](auto load, Vector<float>* sums) {
          sums[0] = multiply_add(load(row, 0), load(by, 0), sums[0]);
        })[0];
      } else {
        const double of_row = sums_along<1>(
            width, [=](auto load, Vector<float>* sums) { sums[0] += load(row, 0); })[0];
        sum += factor ? of_row * factor[place.at[1]] : of_row;
      }
      if (from + width == last_.length) place.step();
    }
    return sum;
  }

  CommonAxes<3> kept_, summed_;
  CommonAxis<3> last_;
  bool keeps_last_;
  int64_t elements_, pieces_, results_, terms_, parts_;
};

}  // namespace resample
