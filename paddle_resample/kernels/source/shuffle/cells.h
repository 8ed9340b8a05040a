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

// copy(from, to) of `count` vectors of L numbers, all read before one is written: a
// processor that suspects the next read to meet the last write waits for it.
template <int L, int count>
struct CopyVectors {
  template <typename T>
  void operator()(const T* from, T* to) const {
    typedef T Some __attribute__((vector_size(L * sizeof(T))));
    const auto read = [](const T* at) {
      Some some;
      std::memcpy(&some, at, sizeof some);
      return some;
    };
    const auto write = [](T* at, Some some) { std::memcpy(at, &some, sizeof some); };
    Some all[count];
    for (int i = 0; i < count; ++i) all[i] = read(from + i * L);
    for (int i = 0; i < count; ++i) write(to + i * L, all[i]);
  }
};

// Call work(copy), where copy(from, to) copies `count` numbers. Of a few half vectors
// the compiler knows how many, which halves the time; below a line of the cache a call
// of memcpy takes longer than its work.
template <typename T, typename Work>
void with_copy(int64_t count, const Work& work) {
  constexpr int L = kLanes<T>, kHalf = L / 2;
  switch (count % kHalf ? 0 : count / kHalf) {
    case 1: return work(CopyVectors<kHalf, 1>());
    case 2: return work(CopyVectors<L, 1>());
    case 3: return work(CopyVectors<kHalf, 3>());
    case 4: return work(CopyVectors<L, 2>());
    case 5: return work(CopyVectors<kHalf, 5>());
    case 6: return work(CopyVectors<L, 3>());
    case 8: return work(CopyVectors<L, 4>());
    case 10: return work(CopyVectors<L, 5>());
    case 12: return work(CopyVectors<L, 6>());
    case 16: return work(CopyVectors<L, 8>());
  }
  if (count < static_cast<int64_t>(64 / sizeof(T))) {
    return work([count](const T* from, T* to) {
      cover<kHalf>(count, [&](auto together, int64_t k) {
        CopyVectors<together.value, 1>()(from + k, to + k);
      });
    });
  }
  work([count](const T* from, T* to) { std::memcpy(to, from, count * sizeof(T)); });
}

// pixel = deep, or back.
template <bool to_space, typename T, typename Copy>
void copy_pixel(const Copy& copy, T* pixel, T* deep) {
  to_space ? copy(deep, pixel) : copy(pixel, deep);
}

// The cells of one row of the deep side, which is moved in its order. Their pixels are
// runs of it, down the columns of a cell, or whole rows of a cell are. Sizes come as
// numbers: out of an object a compiler would read them again after every store.
template <bool to_space, typename T, typename Copy>
void move_columns(const Copy& copy, T* deep, T* top, int64_t channels, int64_t line,
                  int64_t width, int64_t scale) {
  for (int64_t column = 0; column < width * scale; ++column, top += channels) {
    T* pixel = top;
    for (int64_t dy = 0; dy < scale; ++dy, pixel += line, deep += channels) {
      copy_pixel<to_space>(copy, pixel, deep);
    }
  }
}

template <bool to_space, typename T, typename Copy>
void move_rows(const Copy& copy, T* deep, T* top, int64_t row, int64_t line,
               int64_t width, int64_t scale) {
  for (int64_t w = 0; w < width; ++w, top += row) {
    T* pixels = top;
    for (int64_t dy = 0; dy < scale; ++dy, pixels += line, deep += row) {
      copy_pixel<to_space>(copy, pixels, deep);
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
      const bool rows = c.step_x == c.channels;
      return with_copy<T>(rows ? cell : c.channels, [&](const auto& copy) {
        rows ? move_rows<to_space>(copy, deep, top, cell, line, c.width, c.scale)
             : move_columns<to_space>(copy, deep, top, c.channels, line, c.width, c.scale);
      });
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
