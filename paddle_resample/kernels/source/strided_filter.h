// One small filter on every channel, at every stride-th pixel, and its gradient.
//
// A row, split into `stride` rows of every stride-th pixel, is filtered as a weighted sum
// of shifted rows, just as several rows are one below the other.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "cells.h"
#include "lines.h"
#include "parallel.h"

namespace resample {

enum FilterBorder { kMirror = 0, kRepeat = 1, kNothing = 2 };

// One axis: `above` pixels are added before, `below` behind the `in` there are.
struct FilterAxis {
  int64_t in, above, below, border, taps, stride;

  int64_t padded() const { return above + in + below; }
  int64_t out() const { return (padded() - taps) / stride + 1; }

  // The pixel that stands at a place of the padded axis, -1 for none.
  int64_t source(int64_t place) const {
    const int64_t j = place - above;
    if (j >= 0 && j < in) return j;
    if (border == kNothing) return -1;
    if (border == kRepeat) return j < 0 ? 0 : in - 1;
    return j < 0 ? -j : 2 * (in - 1) - j;
  }
};

template <typename T>
class StridedFilter {
 public:
  // kernel [taps, taps], the same padding and border on both axes.
  StridedFilter(const FilterAxis& rows, const FilterAxis& columns, const T* kernel)
      : rows_(rows), columns_(columns), terms_(terms_of(kernel, rows.taps)) {}

  void forward(const T* x, T* y, int64_t planes) const {
    parallel(planes, elements(planes), [&](int64_t plane) {
      const T* map = x + plane * rows_.in * columns_.in;
      T* out = y + plane * rows_.out() * columns_.out();
      Scratch scratch(columns_);
      std::vector<T> sum(columns_.in), line(terms_.size() > 1 ? columns_.out() : 0);
      for (int64_t i = 0; i < rows_.out(); ++i, out += columns_.out()) {
        for (size_t t = 0; t < terms_.size(); ++t) {
          for (int64_t k = 0; k < rows_.taps; ++k) {
            const int64_t r = rows_.source(i * rows_.stride + k);
            if (r >= 0) scratch.put(map + r * columns_.in, terms_[t].down[k]);
          }
          scratch.add_up(columns_.in, sum.data());
          along(terms_[t].across, scratch, sum.data(), t ? line.data() : out);
          for (int64_t j = 0; t && j < columns_.out(); ++j) out[j] += line[j];
        }
      }
    });
  }

  void backward(const T* dy, T* dx, int64_t planes) const {
    // Input row r is read by the outputs users[r].first with the tap users[r].second.
    std::vector<std::vector<std::pair<int64_t, int64_t>>> users(rows_.in);
    for (int64_t i = 0; i < rows_.out(); ++i) {
      for (int64_t k = 0; k < rows_.taps; ++k) {
        const int64_t r = rows_.source(i * rows_.stride + k);
        if (r >= 0) users[r].push_back({i, k});
      }
    }
    parallel(planes, elements(planes), [&](int64_t plane) {
      const T* from = dy + plane * rows_.out() * columns_.out();
      T* to = dx + plane * rows_.in * columns_.in;
      Scratch scratch(columns_);
      std::vector<T> sum(columns_.out()), line(terms_.size() > 1 ? columns_.in : 0);
      for (int64_t r = 0; r < rows_.in; ++r, to += columns_.in) {
        for (size_t t = 0; t < terms_.size(); ++t) {
          for (const auto& [i, k] : users[r]) {
            scratch.put(from + i * columns_.out(), terms_[t].down[k]);
          }
          scratch.add_up(columns_.out(), sum.data());
          back_along(terms_[t].across, scratch, sum.data(), t ? line.data() : to);
          for (int64_t j = 0; t && j < columns_.in; ++j) to[j] += line[j];
        }
      }
    });
  }

 private:
  // kernel = sum of down x across.
  struct Term {
    std::vector<T> down, across;
  };

  // What a task filters rows in, and the rows that it will add up.
  struct Scratch {
    int64_t apart;  // pixels of every phase
    std::vector<T> padded, phases, wide, weights;
    std::vector<T*> phase;
    std::vector<const T*> rows;

    explicit Scratch(const FilterAxis& a)
        : apart((a.padded() + a.stride - 1) / a.stride), padded(apart * a.stride),
          phases(apart * a.stride), wide(a.out() + 2 * a.taps + apart) {
      for (int64_t p = 0; p < a.stride; ++p) phase.push_back(&phases[p * apart]);
    }
    void put(const T* row, T weight) {
      if (weight == 0) return;
      rows.push_back(row);
      weights.push_back(weight);
    }
    void add_up(int64_t width, T* sum) {
      across_rows(weights.data(), rows.data(), rows.size(), width, sum);
      rows.clear();
      weights.clear();
    }
  };

  // One term where one is enough, else one for each row of the kernel.
  static std::vector<Term> terms_of(const T* kernel, int64_t taps) {
    const auto far = [](T a, T b) { return std::abs(a) < std::abs(b); };
    const int64_t pivot = std::max_element(kernel, kernel + taps * taps, far) - kernel;
    const int64_t row = pivot / taps, column = pivot % taps;
    const T largest = kernel[pivot];
    Term one = {std::vector<T>(taps), std::vector<T>(taps)};
    for (int64_t k = 0; k < taps; ++k) {
      one.down[k] = kernel[k * taps + column];
      one.across[k] = largest == 0 ? T(0) : kernel[row * taps + k] / largest;
    }
    bool enough = true;
    std::vector<Term> rows;
    for (int64_t i = 0; i < taps; ++i) {
      rows.push_back({std::vector<T>(taps), {}});
      rows[i].down[i] = 1;
      rows[i].across.assign(kernel + i * taps, kernel + (i + 1) * taps);
      for (int64_t j = 0; j < taps; ++j) {
        const T error = std::abs(one.down[i] * one.across[j] - kernel[i * taps + j]);
        const T rounding = sizeof(T) == 4 ? T(1e-6) : T(1e-14);
        enough = enough && error <= rounding * std::abs(largest);
      }
    }
    if (enough) return {one};
    return rows;
  }

  int64_t elements(int64_t planes) const { return planes * rows_.in * columns_.in; }

  void along(const std::vector<T>& weights, Scratch& s, const T* x, T* y) const {
    const int64_t in = columns_.in, above = columns_.above, stride = columns_.stride;
    std::copy_n(x, in, &s.padded[above]);
    for (int64_t place = 0; place < columns_.padded(); ++place) {
      if (place == above) place += in;
      if (place >= columns_.padded()) break;
      const int64_t j = columns_.source(place);
      s.padded[place] = j < 0 ? T(0) : x[j];
    }
    weave_any<false>(s.padded.data(), s.phase.data(), stride, s.apart);
    for (int64_t k = 0; k < columns_.taps; ++k) {
      s.put(s.phase[k % stride] + k / stride, weights[k]);
    }
    s.add_up(columns_.out(), y);
  }

  // dx = the gradient of `along`.
  void back_along(const std::vector<T>& weights, Scratch& s, const T* dy, T* dx) const {
    const int64_t in = columns_.in, above = columns_.above, stride = columns_.stride;
    const int64_t taps = columns_.taps;
    std::copy_n(dy, columns_.out(), &s.wide[taps]);  // among zeros
    for (int64_t p = 0; p < stride; ++p) {
      for (int64_t k = p; k < taps; k += stride) {
        s.put(&s.wide[taps - k / stride], weights[k]);
      }
      s.add_up(s.apart, s.phase[p]);
    }
    weave_any<true>(s.padded.data(), s.phase.data(), stride, s.apart);
    std::copy_n(&s.padded[above], in, dx);
    for (int64_t place = 0; place < columns_.padded(); ++place) {
      if (place == above) place += in;
      if (place >= columns_.padded()) break;
      const int64_t j = columns_.source(place);
      if (j >= 0) dx[j] += s.padded[place];
    }
  }

  FilterAxis rows_, columns_;
  std::vector<Term> terms_;
};

}  // namespace resample
