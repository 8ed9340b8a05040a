// Where grid places fall: up to four pixels and their weights, a block at a time.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace resample {

// Nearest takes the even one of two equally near pixels, or the one away from zero.
enum Mode { kBilinear = 0, kNearestEven = 1, kNearestAway = 2 };
enum Padding { kZeros = 0, kBorder = 1, kReflection = 2 };

// A place on one axis in pixels, and what a step of the grid moves it.
template <typename T>
struct Place {
  T at, slope;
};

// The arithmetic of Paddle's kernel, in its order, so that no place crosses a seam.
template <typename T>
Place<T> place(T grid, int64_t side, int64_t padding, bool corners) {
  const T last = static_cast<T>(side - 1);
  const T half = corners ? last * T(0.5) : (last + 1) * T(0.5);
  Place<T> p = {corners ? (grid + 1) * half : (grid + 1) * half - T(0.5), half};
  if (padding == kZeros) return p;
  if (padding == kReflection) {
    const T edge = corners ? T(0) : T(0.5);
    const T range = corners ? last * 2 : (last + 1) * 2;
    const T from_edge = p.at + edge, far = std::abs(from_edge);
    const T once = range > 0 ? far - std::floor(far / range) * range : T(0);
    const bool flipped = once > range - once;
    if ((from_edge < 0) != flipped) p.slope = -p.slope;
    if (range <= 0) p.slope = 0;
    p.at = (flipped ? range - once : once) - edge;
  }
  // Written so that NaN goes to the first pixel.
  const bool inside = p.at >= 0 && p.at <= last;
  if (!inside) {
    p.at = p.at > last ? last : T(0);
    p.slope = 0;
  }
  return p;
}

constexpr int kBlock = 128;

// Corner 0 .. 3 is top left, top right, bottom left, bottom right; nearest has the
// first alone. A corner outside the map has weight 0 and some index inside.
template <typename T>
struct Spots {
  int32_t index[4][kBlock];
  T weight[4][kBlock];
  bool inside[4][kBlock];
  T right[kBlock], below[kBlock];    // fractions of a pixel
  T slope_x[kBlock], slope_y[kBlock];
  int corners;                       // 4, or 1 for nearest
  bool all_inside;                   // whether every first corner is
};

template <typename T>
struct Map {
  int64_t height, width;
  int64_t mode, padding;
  bool aligned;
};

template <typename T>
void put_corner(Spots<T>& s, int corner, int i, const Map<T>& map, T x, T y, T weight) {
  // Compared as floats: a place may lie beyond every integer, or be no number.
  const bool inside = x >= 0 && y >= 0 && x < static_cast<T>(map.width) &&
                      y < static_cast<T>(map.height);
  s.inside[corner][i] = inside;
  s.index[corner][i] =
      inside ? static_cast<int32_t>(y) * static_cast<int32_t>(map.width) +
                   static_cast<int32_t>(x)
             : 0;
  s.weight[corner][i] = inside ? weight : T(0);
}

// grid: `count` pairs (column, row), at most kBlock.
template <typename T>
void find_spots(const T* grid, int count, const Map<T>& map, Spots<T>& s) {
  s.corners = map.mode == kBilinear ? 4 : 1;
  for (int i = 0; i < count; ++i) {
    const auto px = place(grid[2 * i], map.width, map.padding, map.aligned);
    const auto py = place(grid[2 * i + 1], map.height, map.padding, map.aligned);
    if (map.mode == kNearestEven) {
      put_corner(s, 0, i, map, std::nearbyint(px.at), std::nearbyint(py.at), T(1));
      continue;
    }
    if (map.mode == kNearestAway) {
      put_corner(s, 0, i, map, std::round(px.at), std::round(py.at), T(1));
      continue;
    }
    const T x = std::floor(px.at), y = std::floor(py.at);
    const T right = px.at - x, below = py.at - y, left = 1 - right, above = 1 - below;
    s.right[i] = right;
    s.below[i] = below;
    s.slope_x[i] = px.slope;
    s.slope_y[i] = py.slope;
    put_corner(s, 0, i, map, x, y, left * above);
    put_corner(s, 1, i, map, x + 1, y, right * above);
    put_corner(s, 2, i, map, x, y + 1, left * below);
    put_corner(s, 3, i, map, x + 1, y + 1, right * below);
  }
  s.all_inside = std::all_of(s.inside[0], s.inside[0] + count, [](bool b) { return b; });
}

// The pixel of a corner, 0 outside.
template <typename T>
T pixel(const Spots<T>& s, int corner, int i, const T* plane) {
  const T value = plane[s.index[corner][i]];
  return s.inside[corner][i] ? value : T(0);
}

}  // namespace resample
