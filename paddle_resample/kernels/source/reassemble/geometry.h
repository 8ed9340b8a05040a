// Shapes and windows of a reassembly, and how a block of windows is gathered.
//
// A cell is what shares a window of x: scale * scale output pixels, its phases. Cell
// (i, j) looks at x from row i * stride - before and column j * stride - before on.
#pragma once
#include <algorithm>
#include <cstdint>

#include "vectors/vectors.h"

namespace resample {

enum Border { kZero = 0, kReplicate = 1, kRenormalise = 2 };

struct Geometry {
  int64_t batch, channels, height, width;  // of x
  int64_t rows, columns;                   // of cells
  int64_t size, scale, stride, groups, dilation, border;
  bool softmax;

  int64_t taps() const { return size * size; }
  int64_t phases() const { return scale * scale; }
  int64_t before() const { return (size - 1) / 2 * dilation; }
  int64_t span() const { return (size - 1) * dilation; }
  int64_t depth() const { return channels / groups; }
  int64_t line() const { return columns * scale; }         // of the output
  int64_t plane() const { return rows * scale * line(); }  // of the output
  int64_t elements() const { return batch * channels * plane() * size; }
  bool changes() const { return softmax || border == kRenormalise; }
};

// A run of cells of one row, for one group of channels of one sample.
struct Run {
  int64_t n, g, row, begin, count;
};

// Positions 0 .. count of a line hold the columns first, first + step, ...; those of
// [low, high) lie inside a row of `width`.
struct Inside {
  int64_t low, high;

  Inside(int64_t first, int64_t step, int64_t width, int64_t count) {
    const auto up = [&](int64_t n) { return n <= 0 ? 0 : (n + step - 1) / step; };
    low = std::min(up(-first), count);
    high = std::max(low, std::min(up(width - first), count));
  }
};

// The layout of a block in the cache. Lines of cells are `cells` long, a multiple of the
// vectors; a row of x is `stride` lines of `wide`, the columns at each remainder.
template <typename T>
struct Layout {
  int64_t cells, reach, wide, row, map;

  Layout(const Geometry& w) {
    const int64_t lanes = kLanes<T>, room = 24 << 10;  // bytes for weights
    const int64_t bytes = w.taps() * w.phases() * sizeof(T);
    const int64_t most = std::max(room / bytes / lanes, int64_t(1)) * lanes;
    const int64_t runs = (w.columns + most - 1) / most;
    cells = up((w.columns + runs - 1) / runs);
    reach = w.span() / w.stride;
    wide = up(cells + reach);
    row = w.stride * wide;
    map = w.size * row;
  }
  static int64_t up(int64_t n) { return (n + kLanes<T> - 1) / kLanes<T> * kLanes<T>; }

  // Of tap b of a row: the line, and the offset in it that its first cell reads.
  int64_t line_of(const Geometry& w, int64_t b) const {
    return b * w.dilation % w.stride;
  }
  int64_t offset(const Geometry& w, int64_t b) const { return b * w.dilation / w.stride; }
  int64_t tap(const Geometry& w, int64_t a, int64_t b) const {
    return a * row + line_of(w, b) * wide + offset(w, b);
  }
};

// Row a of a run's windows in x: -1 where it is all zeros.
inline int64_t row_of_x(const Geometry& w, const Run& run, int64_t a) {
  const int64_t r = run.row * w.stride - w.before() + a * w.dilation;
  if (r >= 0 && r < w.height) return r;
  return w.border == kReplicate ? std::clamp<int64_t>(r, 0, w.height - 1) : -1;
}

// Gathers the rows of one channel that the windows of a run cover.
template <typename T>
void gather(const Geometry& w, const Layout<T>& at, const Run& run, const T* plane,
            T* map) {
  for (int64_t a = 0; a < w.size; ++a, map += at.row) {
    const int64_t r = row_of_x(w, run, a);
    if (r < 0) {
      std::fill_n(map, at.row, T(0));
      continue;
    }
    const T* from = plane + r * w.width;
    const bool repeat = w.border == kReplicate;
    for (int64_t f = 0; f < w.stride; ++f) {
      const int64_t first = run.begin * w.stride - w.before() + f;
      const Inside in(first, w.stride, w.width, at.wide);
      T* to = map + f * at.wide;
      std::fill_n(to, in.low, repeat ? from[0] : T(0));
      if (w.stride == 1) {
        std::copy_n(from + first + in.low, in.high - in.low, to + in.low);
      } else {
        for (int64_t e = in.low; e < in.high; ++e) to[e] = from[first + e * w.stride];
      }
      std::fill(to + in.high, to + at.wide, repeat ? from[w.width - 1] : T(0));
    }
  }
}

// Adds line f of row a to the pixels that `gather` read it from.
template <typename T>
void scatter_row(const Geometry& w, const Layout<T>& at, const Run& run, int64_t a,
                 int64_t f, const T* line, T* plane) {
  const int64_t r = row_of_x(w, run, a);
  if (r < 0) return;
  const int64_t first = run.begin * w.stride - w.before() + f;
  const Inside in(first, w.stride, w.width, at.wide);
  T* to = plane + r * w.width;
  if (w.stride == 1) {
    T* inner = to + first + in.low;
    const T* from = line + in.low;
    const int64_t count = in.high - in.low;
#pragma GCC ivdep
    for (int64_t e = 0; e < count; ++e) inner[e] += from[e];
  } else {
    for (int64_t e = in.low; e < in.high; ++e) to[first + e * w.stride] += line[e];
  }
  if (w.border != kReplicate) return;
  for (int64_t e = 0; e < in.low; ++e) to[0] += line[e];
  for (int64_t e = in.high; e < at.wide; ++e) to[w.width - 1] += line[e];
}

}  // namespace resample
