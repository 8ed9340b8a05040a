// Cells of scale x scale pixels to channels and back.
//
// The depth side has scale * scale times the channels of the space side; pixel (dy, dx)
// of channel c is its channel c * step_c + dy * step_y + dx * step_x, which covers
// channel-major (pixel shuffle) and block-major orders along rows or columns.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "parallel.h"
#include "vectors.h"

namespace resample {

enum CellOrder { kChannelMajor = 0, kAlongRows = 1, kDownColumns = 2 };

struct Cells {
  int64_t batch, channels, height, width;  // of the depth side, channels of the other
  int64_t scale;
  int64_t step_c, step_y, step_x;

  Cells(int64_t batch, int64_t channels, int64_t height, int64_t width, int64_t scale,
        int64_t order)
      : batch(batch), channels(channels), height(height), width(width), scale(scale) {
    step_c = order == kChannelMajor ? scale * scale : 1;
    const int64_t near = order == kChannelMajor ? 1 : channels;
    step_y = order == kDownColumns ? near : near * scale;
    step_x = order == kDownColumns ? near * scale : near;
  }
  int64_t elements() const { return batch * channels * height * width * scale * scale; }
};

// line[j * S + p] = rows[p][j], or back, for N values of S rows: numbers that the compiler
// knows, so that this is a few permutations of registers.
template <bool to_space, int S, int N, typename T>
void weave_some(T* line, T* const (&rows)[S], int64_t begin) {
#if RESAMPLE_PERMUTES
  constexpr int kAll = static_cast<int>(kLanes<T>);
  if constexpr (S % kAll == 0 && N % kAll == 0) {
    for (int p = 0; p < S; p += kAll) {
      for (int64_t j = begin; j < begin + N; j += kAll) {
        Vector<T> square[kAll];
        for (int i = 0; i < kAll; ++i) {
          square[i] = load(to_space ? rows[p + i] + j : line + (j + i) * S + p);
        }
        transpose<T>(square);
        for (int i = 0; i < kAll; ++i) {
          store(to_space ? line + (j + i) * S + p : rows[p + i] + j, square[i]);
        }
      }
    }
    return;
  }
#endif
#pragma GCC ivdep
  for (int64_t j = begin; j < begin + N; ++j) {
    for (int p = 0; p < S; ++p) {
      if (to_space) {
        line[j * S + p] = rows[p][j];
      } else {
        rows[p][j] = line[j * S + p];
      }
    }
  }
}

template <bool to_space, int S, typename T>
void weave(T* line, T* const* rows, int64_t count) {
  T* part[S];
  std::copy_n(rows, S, part);
  cover<64 / sizeof(T)>(count, [&](auto together, int64_t begin) {
    weave_some<to_space, S, together.value>(line, part, begin);
  });
}

template <bool to_space, typename T>
void weave_any(T* line, T* const* rows, int64_t scale, int64_t count) {
  switch (scale) {
    case 1: return weave<to_space, 1>(line, rows, count);
    case 2: return weave<to_space, 2>(line, rows, count);
    case 3: return weave<to_space, 3>(line, rows, count);
    case 4: return weave<to_space, 4>(line, rows, count);
    case 8: return weave<to_space, 8>(line, rows, count);
  }
  // In blocks that stay in the first cache, so that each line of it is moved once.
  constexpr int64_t kBlock = 64;
  for (int64_t begin = 0; begin < count; begin += kBlock) {
    const int64_t part = std::min(kBlock, count - begin);
    for (int64_t p = 0; p < scale; ++p) {
      T* const row = rows[p] + begin;
      T* const to = line + begin * scale + p;
      for (int64_t j = 0; j < part; ++j) {
        if (to_space) {
          to[j * scale] = row[j];
        } else {
          row[j] = to[j * scale];
        }
      }
    }
  }
}

// depth [N, C*s*s, H, W], space [N, C, H*s, W*s].
template <bool to_space, typename T>
void move_cells_first(const Cells& c, T* depth, T* space) {
  const int64_t plane = c.height * c.width;
  const int64_t all = c.channels * c.scale * c.scale;
  const int64_t line = c.width * c.scale;
  // Many planes at a time are read a few rows each, as much as the first cache holds.
  const int64_t together =
      c.scale < 4 ? 1 : std::max<int64_t>(1, (1 << 15) / (line * c.scale));
  parallel(c.batch * c.channels, c.elements(), [&](int64_t task) {
    const int64_t n = task / c.channels, channel = task % c.channels;
    T* block = space + task * plane * c.scale * c.scale;
    std::vector<T*> rows(c.scale);
    for (int64_t top = 0; top < c.height; top += together) {
      const int64_t bottom = std::min(top + together, c.height);
      for (int64_t dy = 0; dy < c.scale; ++dy) {
        for (int64_t h = top; h < bottom; ++h) {
          for (int64_t dx = 0; dx < c.scale; ++dx) {
            const int64_t k = channel * c.step_c + dy * c.step_y + dx * c.step_x;
            rows[dx] = depth + (n * all + k) * plane + h * c.width;
          }
          T* out = block + (h * c.scale + dy) * line;
          weave_any<to_space>(out, rows.data(), c.scale, c.width);
        }
      }
    }
  });
}

// A run of some lines of the cache costs less than a call of memmove.
template <typename T>
void copy_run(const T* from, int64_t count, T* to) {
  constexpr int64_t kLine = 64 / sizeof(T), kShort = 16 * kLine;
  if (count > kShort || count < kLine) {
    std::copy_n(from, count, to);
    return;
  }
  for (int64_t k = 0; k + kLine <= count; k += kLine) std::memcpy(to + k, from + k, 64);
  // The last line overlaps the one before.
  std::memcpy(to + count - kLine, from + count - kLine, 64);
}

// to[c] = from[c * step], or back.
template <bool to_space, typename T>
void move_pixel(T* pixel, T* deep, int64_t channels, int64_t step) {
  if (step == 1) {
    if (to_space) {
      copy_run(deep, channels, pixel);
    } else {
      copy_run(pixel, channels, deep);
    }
    return;
  }
  for (int64_t c = 0; c < channels; ++c) {
    if (to_space) {
      pixel[c] = deep[c * step];
    } else {
      deep[c * step] = pixel[c];
    }
  }
}

// depth [N, H, W, C*s*s], space [N, H*s, W*s, C].
template <bool to_space, typename T>
void move_cells_last(const Cells& c, T* depth, T* space) {
  const int64_t all = c.channels * c.scale * c.scale;
  const int64_t line = c.width * c.scale * c.channels;
  // A row of a cell whose pixels are neighbours on both sides moves as one.
  const bool whole = c.step_c == 1 && c.step_x == c.channels;
  const int64_t run = whole ? c.scale * c.channels : c.channels;
  parallel(c.batch * c.height, c.elements(), [&](int64_t task) {
    T* deep = depth + task * c.width * all;
    T* lines = space + task * c.scale * line;
    const int64_t step = c.step_c;
    for (int64_t dy = 0; whole && dy < c.scale; ++dy) {
      T* row = lines + dy * line;
      for (int64_t w = 0; w < c.width; ++w, row += run) {
        move_pixel<to_space>(row, deep + w * all + dy * c.step_y, run, 1);
      }
    }
    if (whole) return;
    for (int64_t w = 0; w < c.width; ++w, deep += all) {
      for (int64_t dy = 0; dy < c.scale; ++dy) {
        T* pixel = lines + dy * line + w * c.scale * c.channels;
        if (step == 4 && c.scale == 2) {  // two pixels in one vectorised loop
          T* a = pixel;
          T* b = pixel + c.channels;
          T* d = deep + dy * 2;
#pragma GCC ivdep
          for (int64_t k = 0; k < c.channels; ++k) {
            if (to_space) {
              a[k] = d[4 * k];
              b[k] = d[4 * k + 1];
            } else {
              d[4 * k] = a[k];
              d[4 * k + 1] = b[k];
            }
          }
          continue;
        }
        for (int64_t dx = 0; dx < c.scale; ++dx, pixel += c.channels) {
          T* from = deep + dy * c.step_y + dx * c.step_x;
          move_pixel<to_space>(pixel, from, c.channels, step);
        }
      }
    }
  });
}

template <typename T>
void move_cells(const Cells& c, bool to_space, bool channels_last, T* depth, T* space) {
  if (channels_last) {
    to_space ? move_cells_last<true>(c, depth, space)
             : move_cells_last<false>(c, depth, space);
  } else {
    to_space ? move_cells_first<true>(c, depth, space)
             : move_cells_first<false>(c, depth, space);
  }
}

}  // namespace resample
