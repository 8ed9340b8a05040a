// Tiles of 2 x 2 pixels of what a 3 x 3 convolution makes, of the 4 x 4 pixels that they
// are made of, and their transforms (Winograd, 1980; Lavin and Gray, CVPR 2016).
#pragma once
#include <algorithm>
#include <cstdint>

#include "platform/parallel.h"
#include "vectors/channel_lanes.h"

namespace resample {

using TileLanes = Bundle<float>::type;
constexpr int64_t kTileLanes = kBundle<float>;
constexpr int kPoints = 16;  // of a transformed tile, in four lines

// The image of a tile, and the offsets of its pixels inside the map of a bundle: those
// outside of it lead to the pixel behind its last one.
template <int side>
struct TilePlace {
  int64_t image, at[side * side];
};

// A dilated convolution is one of every dilation-th pixel, so neighbours within a tile are
// as far apart as the dilation says.
struct Tiles {
  int64_t n, h, w;       // of the map that is read
  int64_t to_h, to_w;    // of the one that is made
  int64_t top, left;     // padding, perhaps negative
  int64_t apart_h, apart_w;

  int64_t rows() const { return share(share(to_h, apart_h), 2) * apart_h; }
  int64_t columns() const { return share(share(to_w, apart_w), 2) * apart_w; }
  int64_t count() const { return n * rows() * columns(); }

  // Where the pixels of `some` tiles are: 4 x 4 of the map that is read, 2 x 2 of the one
  // that is made.
  template <int side>
  void find(int64_t begin, int64_t some, TilePlace<side>* places) const {
    const bool read = side == 4;
    const int64_t height = read ? h : to_h, width = read ? w : to_w, end = height * width;
    const int64_t all_rows = rows(), all_columns = columns();
    int64_t column = begin % all_columns, row = begin / all_columns;
    int64_t image = row / all_rows, down[side], across[side];
    row %= all_rows;
    // Lines outside are as far as the end of the map, from which nothing leads back.
    const auto lines = [end](int64_t from, int64_t apart, int64_t length, int64_t step,
                             int64_t* to) {
      for (int i = 0; i < side; ++i, from += apart) {
        to[i] = from >= 0 && from < length ? from * step : end;
      }
    };
    const auto go_down = [&] {
      lines(first(row, apart_h) - (read ? top : 0), apart_h, height, width, down);
    };
    go_down();
    for (int64_t t = 0; t < some; ++t) {
      lines(first(column, apart_w) - (read ? left : 0), apart_w, width, 1, across);
      places[t].image = image;
      for (int i = 0; i < side; ++i) {
        for (int j = 0; j < side; ++j) {
          places[t].at[i * side + j] = std::min(down[i] + across[j], end) * kTileLanes;
        }
      }
      if (++column < all_columns) continue;
      column = 0;
      if (++row == all_rows) row = 0, ++image;
      go_down();
    }
  }

 private:
  // The first pixel of a line of tiles: `apart` lines interleave.
  static int64_t first(int64_t line, int64_t apart) {
    return line + line / apart * apart;
  }
};

// The pixels of a bundle's map, whose last one is zero, at a tile's offsets: `lines` lines
// of their transform's points from the line `first` on go to `to`, a point every `step`.
template <int first, int lines>
inline void transform_read(const float* map, const int64_t* offsets, float* to, int64_t step) {
  TileLanes half[4][4];
  for (int j = 0; j < 4; ++j) {
    TileLanes d[4];
    for (int i = 0; i < 4; ++i) d[i] = Bundle<float>::at(map + offsets[i * 4 + j]);
    half[0][j] = d[0] - d[2];
    half[1][j] = d[1] + d[2];
    half[2][j] = d[2] - d[1];
    half[3][j] = d[1] - d[3];
  }
  for (int i = 0; i < lines; ++i) {
    const TileLanes* const d = half[first + i];
    const TileLanes all[4] = {d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]};
    for (int j = 0; j < 4; ++j) Bundle<float>::at(to + (i * 4 + j) * step) = all[j];
  }
}

// From the sums of products at a tile's points, what is made at its pixels, of which those
// from `end` on lie outside.
inline void transform_made(const float* from, int64_t step, TileLanes bias,
                           const int64_t* offsets, int64_t end, float* map) {
  TileLanes half[2][4];
  for (int j = 0; j < 4; ++j) {
    TileLanes m[4];
    for (int i = 0; i < 4; ++i) m[i] = Bundle<float>::at(from + (i * 4 + j) * step);
    half[0][j] = m[0] + m[1] + m[2];
    half[1][j] = m[1] - m[2] - m[3];
  }
  for (int i = 0; i < 2; ++i) {
    const TileLanes* const m = half[i];
    const TileLanes left = m[0] + m[1] + m[2] + bias, right = m[1] - m[2] - m[3] + bias;
    if (offsets[i * 2] < end) Bundle<float>::at(map + offsets[i * 2]) = left;
    if (offsets[i * 2 + 1] < end) Bundle<float>::at(map + offsets[i * 2 + 1]) = right;
  }
}

// Its transpose: from the gradients at a tile's pixels those at such lines of its points.
template <int first, int lines>
inline void transform_gradient(const float* map, const int64_t* offsets, float* to,
                               int64_t step) {
  TileLanes half[4][2];
  for (int j = 0; j < 2; ++j) {
    const TileLanes above = Bundle<float>::at(map + offsets[j]);
    const TileLanes below = Bundle<float>::at(map + offsets[2 + j]);
    half[0][j] = above;
    half[1][j] = above + below;
    half[2][j] = above - below;
    half[3][j] = -below;
  }
  for (int i = 0; i < lines; ++i) {
    const TileLanes left = half[first + i][0], right = half[first + i][1];
    const TileLanes all[4] = {left, left + right, left - right, -right};
    for (int j = 0; j < 4; ++j) Bundle<float>::at(to + (i * 4 + j) * step) = all[j];
  }
}

}  // namespace resample
