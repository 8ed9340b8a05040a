// Separable resampling: a band matrix for the rows and one for the columns of many
// planes, in one pass.
#pragma once
#include "vectors/weighted_rows.h"
#include "platform/parallel.h"
#include "platform/memory.h"
#include "interpolate/permuted_band.h"

namespace resample {

// x [planes, rows.in, columns.in, depth] -> y [planes, rows.out, columns.out, depth];
// `rows` is the band of the vertical axis, whose first[] must not decrease.
template <typename T>
class Separable {
 public:
  Separable(const BandMatrix<T>& rows, const BandMatrix<T>& columns, int64_t depth)
      : rows_(rows), columns_(columns), permuted_(columns), depth_(depth),
        slots_(1) {
    // Rows are resampled first and kept while they are needed, or summed first: what
    // touches fewer values. A step along a row costs about twice one across rows.
    const int64_t horizontal = 2 * columns.taps * columns.out;
    const int64_t used = std::min(rows.in, rows.out * rows.taps);
    const int64_t along_first = used * horizontal + rows.out * columns.out * rows.taps;
    const int64_t across_first = rows.out * (columns.in * rows.taps + horizontal);
    along_first_ = along_first <= across_first;
    copies_ = rows.taps == 1;
    for (int64_t i = 0; i < rows.out; ++i) {
      copies_ = copies_ && (rows.count[i] == 0 || rows.weight[i] == T(1));
    }
    for (int64_t i = 0; i < rows.out; ++i) {
      const bool alone = i == 0 || rows.count[i - 1] == 0;
      const int64_t first = rows.first[alone ? i : i - 1];
      while (slots_ < after(i) - first) slots_ *= 2;
    }
    padded_ = std::max(columns.in, permuted_.needs()) * depth;
  }

  void operator()(const T* x, T* y, int64_t planes) const {
    const int64_t in = rows_.in * columns_.in * depth_;
    const int64_t line = columns_.out * depth_;
    const int64_t elements = planes * std::max(in, rows_.out * line);
    // Long enough for the rows kept to pay, many enough for the threads.
    const int64_t height = std::max<int64_t>(32, 2 * rows_.taps);
    const int64_t blocks = planes >= 64 ? 1 : (rows_.out + height - 1) / height;
    const int64_t each = (rows_.out + blocks - 1) / blocks;
    parallel(planes * blocks, elements, [&](int64_t task) {
      const int64_t plane = task / blocks, begin = task % blocks * each;
      const int64_t end = std::min(begin + each, rows_.out);
      const Source from = {x + plane * in, x + planes * in};
      T* to = y + plane * rows_.out * line;
      if (copies_) return copy_rows(from, to, begin, end);
      along_first_ ? along_then_across(from, to, begin, end)
                   : across_then_along(from, to, begin, end);
    });
  }

 private:
  struct Source {
    const T *plane, *end;  // the end of all planes
  };

  // The first row below those that output row i needs.
  int64_t after(int64_t i) const { return rows_.first[i] + rows_.count[i]; }

  // How many rows later a row that is asked for now is needed: some kilobytes.
  int64_t rows_ahead() const {
    constexpr int64_t kBytes = 2048;
    return 1 + kBytes / static_cast<int64_t>(sizeof(T)) / (columns_.in * depth_);
  }

  RESAMPLE_INLINE void fetch(const Source& x, int64_t r) const {
    const int64_t row = columns_.in * depth_;
    if (r * row < x.end - x.plane) prefetch(x.plane + r * row, row, x.end);
  }

  // One row x of what ends at `end`.
  void along(const T* x, const T* end, T* y) const {
    if (depth_ > 1) return along_row(columns_, depth_, x, y);
    if (!permuted_.fit()) return along_row(columns_, x, y);
    if (end - x >= padded_) return permuted_.apply(x, y);
    std::vector<T> padded(padded_);
    std::copy_n(x, columns_.in, padded.begin());
    permuted_.apply(padded.data(), y);
  }

  // Every row is one row of x, or nothing.
  void copy_rows(const Source& x, T* y, int64_t begin, int64_t end) const {
    const int64_t line = columns_.out * depth_, row = columns_.in * depth_;
    const int64_t ahead = rows_ahead();
    for (int64_t i = begin; i < end; ++i) {
      if (rows_.count[i] == 0) {
        std::fill_n(y + i * line, line, T(0));
      } else if (i > begin && rows_.count[i - 1] > 0 &&
                 rows_.first[i] == rows_.first[i - 1]) {
        std::copy_n(y + (i - 1) * line, line, y + i * line);
      } else {
        fetch(x, rows_.first[i] + ahead);
        along(x.plane + rows_.first[i] * row, x.end, y + i * line);
      }
    }
  }

  void along_then_across(const Source& x, T* y, int64_t begin, int64_t end) const {
    const int64_t line = columns_.out * depth_, row = columns_.in * depth_;
    const int64_t ahead = rows_ahead();
    std::vector<T> kept(slots_ * line);
    const auto slot = [&](int64_t r) { return &kept[(r & (slots_ - 1)) * line]; };
    std::vector<const T*> needed(rows_.taps);
    int64_t made = 0;  // the input row after those that are kept
    for (int64_t next = begin; next <= end; ++next) {
      // Rows are made one output before they are summed: what was just written is slow
      // to read.
      if (next < end) {
        const int64_t stop = after(next);
        for (made = std::max(made, rows_.first[next]); made < stop; ++made) {
          fetch(x, made + ahead);
          along(x.plane + made * row, x.end, slot(made));
        }
      }
      if (next == begin) continue;
      const int64_t i = next - 1, first = rows_.first[i], count = rows_.count[i];
      for (int64_t k = 0; k < count; ++k) needed[k] = slot(first + k);
      across_rows(&rows_.weight[i * rows_.taps], needed.data(), count, line,
                  y + i * line);
    }
  }

  void across_then_along(const Source& x, T* y, int64_t begin, int64_t end) const {
    const int64_t line = columns_.out * depth_, row = columns_.in * depth_;
    // Some at a time: what was just written is slow to read in other pieces.
    constexpr int64_t kTogether = 4;
    std::vector<T> sums(kTogether * padded_);
    std::vector<const T*> needed(rows_.taps);
    for (int64_t top = begin; top < end; top += kTogether) {
      const int64_t bottom = std::min(top + kTogether, end);
      const int64_t next = std::min(bottom + kTogether, rows_.out) - 1;
      for (int64_t r = after(bottom - 1); r < after(next); ++r) fetch(x, r);
      for (int64_t i = top; i < bottom; ++i) {
        for (int64_t k = 0; k < rows_.count[i]; ++k) {
          needed[k] = x.plane + (rows_.first[i] + k) * row;
        }
        const T* w = &rows_.weight[i * rows_.taps];
        across_rows(w, needed.data(), rows_.count[i], row, &sums[(i - top) * padded_]);
      }
      for (int64_t i = top; i < bottom; ++i) {
        const T* sum = &sums[(i - top) * padded_];
        along(sum, sum + padded_, y + i * line);
      }
    }
  }

  const BandMatrix<T>& rows_;
  const BandMatrix<T>& columns_;
  PermutedBand<T> permuted_;
  int64_t depth_, padded_;
  int64_t slots_;  // input rows that two outputs need together, or more: a power of two
  bool along_first_, copies_;
};

}  // namespace resample
