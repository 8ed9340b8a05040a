// Cells of scale x scale pixels to channels and back.
//
// The depth side has scale * scale times the channels of the space side; pixel (dy, dx)
// of channel c is its channel c * step_c + dy * step_y + dx * step_x, which covers
// channel-major (pixel shuffle) and block-major orders along rows or columns.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/parallel.h"
#include "vectors/interleave.h"
#include "vectors/vectors.h"

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
          interleave_any<to_space>(out, rows.data(), c.scale, c.width);
        }
      }
    }
  });
}

// A run of some lines of the cache costs less than a call of memmove.
template <typename T>
void copy_run(const T* from, int64_t count, T* to) {
  constexpr int kLine = 64 / sizeof(T), kShort = 16 * kLine;
  if (count > kShort) return static_cast<void>(std::copy_n(from, count, to));
  cover<kLine>(count, [&](auto together, int64_t k) {
    using Some = Lanes<together.value, T>;
    Some::at(to + k) = Some::at(from + k);
  });
}

// pixel[c] = deep[c], or back.
template <bool to_space, typename T>
void copy_pixel(T* pixel, T* deep, int64_t channels) {
  to_space ? copy_run(deep, channels, pixel) : copy_run(pixel, channels, deep);
}

// The cells of one row of the deep side, which is moved in its order. Their pixels are
// runs of it, down the columns of a cell, or whole rows of a cell are. Sizes come as
// numbers: out of an object a compiler would read them again after every store.
template <bool to_space, typename T>
void move_columns(T* deep, T* top, int64_t channels, int64_t line, int64_t width,
                  int64_t scale) {
  for (int64_t column = 0; column < width * scale; ++column, top += channels) {
    T* pixel = top;
    for (int64_t dy = 0; dy < scale; ++dy, pixel += line, deep += channels) {
      copy_pixel<to_space>(pixel, deep, channels);
    }
  }
}

template <bool to_space, typename T>
void move_rows(T* deep, T* top, int64_t row, int64_t line, int64_t width,
               int64_t scale) {
  for (int64_t w = 0; w < width; ++w, top += row) {
    T* pixels = top;
    for (int64_t dy = 0; dy < scale; ++dy, pixels += line, deep += row) {
      copy_pixel<to_space>(pixels, deep, row);
    }
  }
}

// One cell whose pixels take every step_c-th channel of the deep side.
template <bool to_space, typename T>
void spread_cell(const Cells& c, T* deep, T* cell, int64_t line) {
  const int64_t step = c.step_c;
  for (int64_t dy = 0; dy < c.scale; ++dy, cell += line, deep += c.scale) {
    if (step == 4) {  // two pixels in one vectorised loop
      T *a = cell, *b = cell + c.channels, *d = deep;
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
    for (int64_t dx = 0; dx < c.scale; ++dx) {
      T *pixel = cell + dx * c.channels, *from = deep + dx;
      for (int64_t k = 0; k < c.channels; ++k) {
        if (to_space) {
          pixel[k] = from[k * step];
        } else {
          from[k * step] = pixel[k];
        }
      }
    }
  }
}

// depth [N, H, W, C*s*s], space [N, H*s, W*s, C].
template <bool to_space, typename T>
void move_cells_last(const Cells& c, T* depth, T* space) {
  const int64_t all = c.channels * c.scale * c.scale;
  const int64_t cell = c.scale * c.channels, line = c.width * cell;
  parallel(c.batch * c.height, c.elements(), [&](int64_t task) {
    T* deep = depth + task * c.width * all;
    T* top = space + task * c.scale * line;
    if (c.step_c == 1) {
      c.step_x == c.channels
          ? move_rows<to_space>(deep, top, cell, line, c.width, c.scale)
          : move_columns<to_space>(deep, top, c.channels, line, c.width, c.scale);
      return;
    }
    for (int64_t w = 0; w < c.width; ++w, deep += all, top += cell) {
      spread_cell<to_space>(c, deep, top, line);
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
