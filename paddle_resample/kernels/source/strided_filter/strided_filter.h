// One small filter on every channel, at every stride-th pixel, and its gradient.
//
// A row, split into `stride` rows of every stride-th pixel, is filtered as a weighted sum
// of shifted rows, just as several rows are one below the other. Some rows are stored
// one after another and filtered as one, because the rows of deep maps are short.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "vectors/weighted_rows.h"
#include "platform/parallel.h"
#include "vectors/interleave.h"

namespace resample {

enum FilterBorder { kMirror = 0, kRepeat = 1, kNothing = 2 };

// One axis: `above` pixels are added before, `below` behind the `in` there are.
struct FilterAxis {
  int64_t in, above, below, border, taps, stride;

  int64_t padded() const { return above + in + below; }
  int64_t out() const { return (padded() - taps) / stride + 1; }

  // The pixel at an index of the padded axis, -1 for none.
  int64_t source(int64_t padded_index) const {
    const int64_t j = padded_index - above;
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
      : rows_(rows), columns_(columns), terms_(terms_of(kernel, rows.taps)) {
    for (Term& term : terms_) {
      term.forward.resize(rows.out());
      term.backward.resize(rows.in);
      for (int64_t i = 0; i < rows.out(); ++i) {
        for (int64_t k = 0; k < rows.taps; ++k) {
          const int64_t r = rows.source(i * rows.stride + k);
          if (r < 0) continue;
          term.forward[i].add(r, term.down[k]);
          term.backward[r].add(i, term.down[k]);
        }
      }
    }
  }

  void forward(const T* x, T* y, int64_t planes) const {
    const auto scratch = [&] { return Scratch(columns_, rows_.out()); };
    parallel(planes, elements(planes), scratch, [&](Scratch& s, int64_t plane) {
      const T* map = x + plane * rows_.in * columns_.in;
      T* out = y + plane * rows_.out() * columns_.out();
      every_part(rows_.out(), s, [&](int64_t top, int64_t count, const Term& term) {
        for (int64_t r = 0; r < count; ++r) {
          const Sum& sum = term.forward[top + r];
          s.add_up(sum, map, columns_.in, s.row(r) + columns_.above);
          extend(s.row(r));
        }
        along(term.across, s, count);
        for (int64_t r = 0; r < count; ++r) {
          write(s.short_row(r), columns_.out(), &term == &terms_[0],
               out + (top + r) * columns_.out());
        }
      });
    });
  }

  void backward(const T* dy, T* dx, int64_t planes) const {
    const auto scratch = [&] { return Scratch(columns_, rows_.in); };
    parallel(planes, elements(planes), scratch, [&](Scratch& s, int64_t plane) {
      const T* from = dy + plane * rows_.out() * columns_.out();
      T* to = dx + plane * rows_.in * columns_.in;
      every_part(rows_.in, s, [&](int64_t top, int64_t count, const Term& term) {
        for (int64_t r = 0; r < count; ++r) {
          const Sum& sum = term.backward[top + r];
          s.add_up(sum, from, columns_.out(), s.short_row(r));
        }
        back_along(term.across, s, count);
        for (int64_t r = 0; r < count; ++r) {
          fold(s.row(r));
          write(s.row(r) + columns_.above, columns_.in, &term == &terms_[0],
               to + (top + r) * columns_.in);
        }
      });
    });
  }

 private:
  // A weighted sum of rows.
  struct Sum {
    std::vector<int64_t> rows;
    std::vector<T> weights;

    void add(int64_t row, T weight) {
      if (weight == 0) return;
      rows.push_back(row);
      weights.push_back(weight);
    }
  };

  // kernel = sum of down x across. Of every row of y the rows of x that it sums, and of
  // every row of x the rows of y that it is part of.
  struct Term {
    std::vector<T> down, across;
    std::vector<Sum> forward, backward;
  };

  // Rows that a task filters at once: whole ones of `apart * stride` pixels, and short
  // ones of `apart`, every phase of whole ones or what is filtered, zeros behind it.
  struct Scratch {
    int64_t apart, stride, many, before;
    std::vector<T> whole, phases, filtered, weights;
    std::vector<T*> phase;
    std::vector<const T*> rows;

    Scratch(const FilterAxis& a, int64_t most)
        : apart((a.padded() + a.stride - 1) / a.stride), stride(a.stride),
          many(std::clamp<int64_t>(kTogether / (apart * stride), 1, most)),
          before(a.taps), whole(many * apart * stride),
          phases(stride * many * apart + before), filtered(before + many * apart) {
      for (int64_t p = 0; p < stride; ++p) phase.push_back(&phases[p * many * apart]);
    }
    T* row(int64_t r) { return &whole[r * apart * stride]; }
    T* short_row(int64_t r) { return &filtered[before + r * apart]; }
    void add_up(const Sum& sum, const T* map, int64_t width, T* to) {
      rows.resize(sum.rows.size());
      for (size_t k = 0; k < rows.size(); ++k) rows[k] = map + sum.rows[k] * width;
      across_rows(sum.weights.data(), rows.data(), rows.size(), width, to);
      rows.clear();
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

  static constexpr int64_t kTogether = 1024;  // pixels that are filtered at once

  // Call work(first row, how many, term) for all rows.
  template <typename Work>
  void every_part(int64_t rows, const Scratch& s, const Work& work) const {
    for (int64_t top = 0; top < rows; top += s.many) {
      for (const Term& term : terms_) work(top, std::min(s.many, rows - top), term);
    }
  }

  // One term where one is enough, else one for each row of the kernel.
  static std::vector<Term> terms_of(const T* kernel, int64_t taps) {
    const auto far = [](T a, T b) { return std::abs(a) < std::abs(b); };
    const int64_t pivot = std::max_element(kernel, kernel + taps * taps, far) - kernel;
    const int64_t row = pivot / taps, column = pivot % taps;
    const T largest = kernel[pivot];
    Term one = {std::vector<T>(taps), std::vector<T>(taps), {}, {}};
    for (int64_t k = 0; k < taps; ++k) {
      one.down[k] = kernel[k * taps + column];
      one.across[k] = largest == 0 ? T(0) : kernel[row * taps + k] / largest;
    }
    bool enough = true;
    std::vector<Term> rows;
    for (int64_t i = 0; i < taps; ++i) {
      rows.push_back({std::vector<T>(taps), {}, {}, {}});
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

  static void write(const T* row, int64_t width, bool first, T* to) {
    if (first) return static_cast<void>(std::copy_n(row, width, to));
    for (int64_t j = 0; j < width; ++j) to[j] += row[j];
  }

  // Call work(index, its pixel or -1) for the indices before and after the row.
  template <typename Work>
  void every_added(const Work& work) const {
    const int64_t end = columns_.above + columns_.in;
    for (int64_t k = 0; k < columns_.above; ++k) work(k, columns_.source(k));
    for (int64_t k = end; k < columns_.padded(); ++k) work(k, columns_.source(k));
  }

  // Fill what is added to a row, and add its gradient to the row.
  void extend(T* row) const {
    every_added([&](int64_t index, int64_t pixel) {
      row[index] = pixel < 0 ? T(0) : row[columns_.above + pixel];
    });
  }
  void fold(T* row) const {
    every_added([&](int64_t index, int64_t pixel) {
      if (pixel >= 0) row[columns_.above + pixel] += row[index];
    });
  }

  // Whole rows to short ones. What of a row the taps read beyond its end is not used.
  void along(const std::vector<T>& weights, Scratch& s, int64_t rows) const {
    const int64_t count = rows * s.apart;
    interleave_any<false>(s.whole.data(), s.phase.data(), s.stride, count);
    for (int64_t k = 0; k < columns_.taps; ++k) {
      s.put(s.phase[k % s.stride] + k / s.stride, weights[k]);
    }
    s.add_up(count, s.short_row(0));
  }

  // The gradient of `along`.
  void back_along(const std::vector<T>& weights, Scratch& s, int64_t rows) const {
    const int64_t count = rows * s.apart;
    for (int64_t p = 0; p < s.stride; ++p) {
      for (int64_t k = p; k < columns_.taps; k += s.stride) {
        s.put(s.short_row(0) - k / s.stride, weights[k]);
      }
      s.add_up(count, s.phase[p]);
    }
    interleave_any<true>(s.whole.data(), s.phase.data(), s.stride, count);
  }

  FilterAxis rows_, columns_;
  std::vector<Term> terms_;
};

}  // namespace resample
