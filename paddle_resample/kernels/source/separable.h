// A band along the rows and one along the columns of many planes, in one pass.
#pragma once
#include "lines.h"
#include "parallel.h"

namespace resample {

// x [planes, rows.in, columns.in, depth] -> y [planes, rows.out, columns.out, depth];
// `rows` is the band of the vertical axis, whose first[] must not decrease.
template <typename T>
class Separable {
 public:
  Separable(const Band<T>& rows, const Band<T>& columns, int64_t depth)
      : rows_(rows), columns_(columns), planar_(columns),
        run_(find_run(columns)), depth_(depth) {
    // Rows are resampled first and kept while they are needed, or summed first: what
    // touches fewer values. A step along a row costs about twice one across rows.
    const int64_t horizontal = 2 * columns.taps * columns.out;
    const int64_t used = std::min(rows.in, rows.out * rows.taps);
    const int64_t along_first = used * horizontal + rows.out * columns.out * rows.taps;
    const int64_t across_first = rows.out * (columns.in * rows.taps + horizontal);
    along_first_ = along_first <= across_first;
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
      const T* from = x + plane * in;
      T* to = y + plane * rows_.out * line;
      along_first_ ? along_then_across(from, to, begin, end)
                   : across_then_along(from, to, begin, end);
    });
  }

 private:
  void along(const T* x, T* y) const {
    if (depth_ == 1) {
      along_row(columns_, planar_, run_, x, y);
    } else {
      along_row(columns_, depth_, x, y);
    }
  }

  void along_then_across(const T* x, T* y, int64_t begin, int64_t end) const {
    const int64_t line = columns_.out * depth_, row = columns_.in * depth_;
    std::vector<T> kept(rows_.taps * line);  // input row r is kept at r % taps
    std::vector<int64_t> holds(rows_.taps, -1);
    std::vector<const T*> needed(rows_.taps);
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t k = 0; k < rows_.count[i]; ++k) {
        const int64_t r = rows_.first[i] + k, slot = r % rows_.taps;
        if (holds[slot] != r) along(x + r * row, &kept[slot * line]);
        holds[slot] = r;
        needed[k] = &kept[slot * line];
      }
      const T* w = &rows_.weight[i * rows_.taps];
      across_rows(w, needed.data(), rows_.count[i], line, y + i * line);
    }
  }

  void across_then_along(const T* x, T* y, int64_t begin, int64_t end) const {
    const int64_t line = columns_.out * depth_, row = columns_.in * depth_;
    std::vector<T> sum(row);
    std::vector<const T*> needed(rows_.taps);
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t k = 0; k < rows_.count[i]; ++k) {
        needed[k] = x + (rows_.first[i] + k) * row;
      }
      const T* w = &rows_.weight[i * rows_.taps];
      across_rows(w, needed.data(), rows_.count[i], row, sum.data());
      along(sum.data(), y + i * line);
    }
  }

  const Band<T>& rows_;
  const Band<T>& columns_;
  Planar<T> planar_;
  Run run_;
  int64_t depth_;
  bool along_first_;
};

}  // namespace resample
