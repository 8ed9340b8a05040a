// One small filter on every channel, at every stride-th pixel, and its gradient.
//
// A row, split into `stride` rows of every stride-th pixel, is filtered as a weighted sum
// of shifted rows, just as several rows are one below the other. Some rows are stored
// one after another and filtered as one, because the rows of deep maps are short.
#pragma once
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "platform/parallel.h"
#include "strided_filter/filter_terms.h"
#include "strided_filter/halved_rows.h"
#include "strided_filter/row_sums.h"
#include "vectors/interleave.h"
#include "vectors/weighted_rows.h"

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
      : rows_(rows), columns_(columns), terms_(filter_terms(kernel, rows.taps)) {}

  void forward(const T* x, T* y, int64_t planes) const {
    switch (halved_taps()) {
      case 2: return halve<2>(x, y, planes);
      case 3: return halve<3>(x, y, planes);
      case 4: return halve<4>(x, y, planes);
      case 5: return halve<5>(x, y, planes);
    }
    const std::vector<RowSums<T>> sums = forward_sums();
    const auto scratch = [&] { return Scratch(columns_, rows_.out()); };
    parallel(planes, elements(planes), scratch, [&](Scratch& s, int64_t plane) {
      const T* map = x + plane * rows_.in * columns_.in;
      T* out = y + plane * rows_.out() * columns_.out();
      every_part(rows_.out(), s, [&](int64_t top, int64_t count, size_t term) {
        for (int64_t r = 0; r < count; ++r) {
          sums[term].add_up(top + r, map, columns_.in, s.row(r) + columns_.above);
          extend(s.row(r));
        }
        along(terms_[term].across, s, count);
        for (int64_t r = 0; r < count; ++r) {
          write(s.short_row(r), columns_.out(), term == 0,
                out + (top + r) * columns_.out());
        }
      });
    });
  }

  void backward(const T* dy, T* dx, int64_t planes) const {
    switch (halved_taps()) {
      case 2: return double_back<2>(dy, dx, planes);
      case 3: return double_back<3>(dy, dx, planes);
      case 4: return double_back<4>(dy, dx, planes);
      case 5: return double_back<5>(dy, dx, planes);
    }
    const std::vector<RowSums<T>> sums = backward_sums();
    const auto scratch = [&] { return Scratch(columns_, rows_.in); };
    parallel(planes, elements(planes), scratch, [&](Scratch& s, int64_t plane) {
      const T* from = dy + plane * rows_.out() * columns_.out();
      T* to = dx + plane * rows_.in * columns_.in;
      every_part(rows_.in, s, [&](int64_t top, int64_t count, size_t term) {
        for (int64_t r = 0; r < count; ++r) {
          sums[term].add_up(top + r, from, columns_.out(), s.short_row(r));
        }
        back_along(terms_[term].across, s, count);
        for (int64_t r = 0; r < count; ++r) {
          fold(s.row(r));
          write(s.row(r) + columns_.above, columns_.in, term == 0,
                to + (top + r) * columns_.in);
        }
      });
    });
  }

 private:
  // Of every row of y the rows of x that it sums, for each term.
  std::vector<RowSums<T>> forward_sums() const {
    return sums_of(rows_.out(), [](auto& add, int64_t i, int64_t r, T weight) {
      add(i, r, weight);
    });
  }
  // Of every row of x the rows of y that it is part of.
  std::vector<RowSums<T>> backward_sums() const {
    return sums_of(rows_.in, [](auto& add, int64_t i, int64_t r, T weight) {
      add(r, i, weight);
    });
  }
  template <typename Order>
  std::vector<RowSums<T>> sums_of(int64_t results, const Order& order) const {
    std::vector<RowSums<T>> all;
    for (const FilterTerm<T>& term : terms_) {
      all.emplace_back(results, [&](auto add) {
        for (int64_t i = 0; i < rows_.out(); ++i) {
          for (int64_t k = 0; k < rows_.taps; ++k) {
            const int64_t r = rows_.source(i * rows_.stride + k);
            if (r >= 0 && term.down[k] != 0) order(add, i, r, term.down[k]);
          }
        }
      });
    }
    return all;
  }

  // The taps where rows are filtered one by one at every second pixel, else 0.
  int64_t halved_taps() const {
    if (columns_.stride != 2 || terms_.size() > 1) return 0;
    const std::vector<T>& across = terms_[0].across;
    return std::count(across.begin(), across.end(), T(0)) ? 0 : columns_.taps;
  }

  // Some rows at a time take each step: one that is read right after it was written,
  // from another byte on, has to wait until it has left the processor.
  static int64_t together(int64_t rows, int64_t width) {
    return std::clamp<int64_t>(kTogether / width, 1, rows);
  }

  template <int taps>
  void halve(const T* x, T* y, int64_t planes) const {
    const RowSums<T> sums = std::move(forward_sums()[0]);
    const int64_t padded = columns_.padded(), width = columns_.out();
    const int64_t many = together(rows_.out(), padded);
    const auto scratch = [&] { return std::vector<T>(many * padded + kBehind<T>); };
    parallel(planes, elements(planes), scratch, [&](std::vector<T>& s, int64_t plane) {
      const T* map = x + plane * rows_.in * columns_.in;
      T* out = y + plane * rows_.out() * width;
      for (int64_t top = 0; top < rows_.out(); top += many) {
        const int64_t count = std::min(many, rows_.out() - top);
        for (int64_t i = 0; i < count; ++i) {
          T* row = s.data() + i * padded;
          sums.add_up(top + i, map, columns_.in, row + columns_.above);
          extend(row);
        }
        for (int64_t i = 0; i < count; ++i, out += width) {
          const T* row = s.data() + i * padded;
          halve_row<taps>(terms_[0].across.data(), row, width, out);
        }
      }
    });
  }

  // The gradient of `halve`.
  template <int taps>
  void double_back(const T* dy, T* dx, int64_t planes) const {
    const RowSums<T> sums = std::move(backward_sums()[0]);
    const int64_t pairs = (columns_.padded() + 1) / 2, apart = pairs + taps;
    const int64_t many = together(rows_.in, 2 * pairs);
    const auto scratch = [&] {  // rows of dx, and those of dy between zeros
      return std::vector<T>(many * (2 * pairs + apart) + taps);
    };
    parallel(planes, elements(planes), scratch, [&](std::vector<T>& s, int64_t plane) {
      const T* from = dy + plane * rows_.out() * columns_.out();
      T* to = dx + plane * rows_.in * columns_.in;
      T *rows = s.data(), *given = rows + many * 2 * pairs + taps;
      for (int64_t top = 0; top < rows_.in; top += many) {
        const int64_t count = std::min(many, rows_.in - top);
        for (int64_t i = 0; i < count; ++i) {
          sums.add_up(top + i, from, columns_.out(), given + i * apart);
        }
        for (int64_t i = 0; i < count; ++i) {
          T* row = rows + i * 2 * pairs;
          double_row<taps>(terms_[0].across.data(), given + i * apart, pairs, row);
        }
        for (int64_t i = 0; i < count; ++i, to += columns_.in) {
          T* row = rows + i * 2 * pairs;
          fold(row);
          copy_row(row + columns_.above, columns_.in, to);
        }
      }
    });
  }

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
      for (size_t term = 0; term < terms_.size(); ++term) {
        work(top, std::min(s.many, rows - top), term);
      }
    }
  }

  int64_t elements(int64_t planes) const { return planes * rows_.in * columns_.in; }

  static void copy_row(const T* row, int64_t width, T* to) {
    cover<64 / sizeof(T)>(width, [&](auto together, int64_t j) {
      using Some = Lanes<together.value, T>;
      Some::at(to + j) = Some::at(row + j);
    });
  }

  static void write(const T* row, int64_t width, bool first, T* to) {
    if (first) return copy_row(row, width, to);
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
  std::vector<FilterTerm<T>> terms_;
};

}  // namespace resample
