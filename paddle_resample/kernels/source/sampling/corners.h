// The pixels around points of a map, and their weights, a block of points at a time.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "vectors/channel_lanes.h"

namespace resample {

// Nearest takes the even one of two equally near pixels, or the one away from zero.
enum Mode { kBilinear = 0, kNearestEven = 1, kNearestAway = 2 };
enum Padding { kZeros = 0, kBorder = 1, kReflection = 2 };

template <typename T>
struct Map {
  int64_t height, width;
  int64_t mode, padding;
  bool aligned;

  int64_t pixels() const { return height * width; }
};

// Corner 0 .. 3 is top left, top right, bottom left, bottom right; nearest has the
// first alone. A corner outside the map is pixel `outside`, the one behind the last, with
// weight 0.
template <typename T>
struct Corners {
  int32_t index[4][kLaneBlock];
  T weight[4][kLaneBlock];
  T right[kLaneBlock], below[kLaneBlock];      // fractions of a pixel
  T slope_x[kLaneBlock], slope_y[kLaneBlock];  // pixels a step of the grid
  int32_t outside;
  int count;  // of corners

  // x, y: columns and rows in [-1, 1] of at most kLaneBlock points.
  void find(const T* x, const T* y, int points, const Map<T>& map) {
    T left[kLaneBlock], top[kLaneBlock];
    on_axis(x, points, map.width, map, left, right, slope_x);
    on_axis(y, points, map.height, map, top, below, slope_y);
    outside = static_cast<int32_t>(map.pixels());
    count = map.mode == kBilinear ? 4 : 1;
    if (count == 1) {
      put<false, false, false>(0, left, top, points, map);
      return;
    }
    put<true, false, false>(0, left, top, points, map);
    put<true, true, false>(1, left, top, points, map);
    put<true, false, true>(2, left, top, points, map);
    put<true, true, true>(3, left, top, points, map);
  }

 private:
  template <bool weighted, bool to_right, bool down>
  void put(int corner, const T* left, const T* top, int points, const Map<T>& map) {
    const T width = static_cast<T>(map.width), height = static_cast<T>(map.height);
    const int32_t line = static_cast<int32_t>(map.width), none = outside;
    int32_t* at = index[corner];
    T* share = weight[corner];
#pragma GCC ivdep
    for (int i = 0; i < points; ++i) {
      const T column = left[i] + T(to_right), row = top[i] + T(down);
      // Compared as floats: a location may lie beyond every integer, or be no number.
      const bool inside = (column >= 0) & (row >= 0) & (column < width) & (row < height);
      const T safe_column = inside ? column : T(0), safe_row = inside ? row : T(0);
      const int32_t pixel = static_cast<int32_t>(safe_row) * line +
                            static_cast<int32_t>(safe_column);
      T product = 1;
      if (weighted) {
        const T across = to_right ? right[i] : 1 - right[i];
        product = across * (down ? below[i] : 1 - below[i]);
      }
      at[i] = inside ? pixel : none;
      share[i] = inside ? product : T(0);
    }
  }

  // The pixel before each location, or nearest to it, how far beyond it the location
  // lies, and the slope. The arithmetic of Paddle's kernel, in its order, so that no
  // location crosses a seam, in loops that a compiler vectorises.
  static void on_axis(const T* grid, int points, int64_t side, const Map<T>& map,
                      T* pixel, T* fraction, T* slope) {
    const T last = static_cast<T>(side - 1), shift = map.aligned ? T(0) : T(0.5);
    const T half = map.aligned ? last * T(0.5) : (last + 1) * T(0.5);
    T at[kLaneBlock];
    if (map.padding == kReflection) {
      for (int i = 0; i < points; ++i) {
        at[i] =
            reflected((grid[i] + 1) * half - shift, last, map.aligned, half, &slope[i]);
      }
    } else if (map.padding == kBorder) {
      for (int i = 0; i < points; ++i) {
        const T free = (grid[i] + 1) * half - shift;
        const bool inside = (free >= 0) & (free <= last);
        const T edge = free > last ? last : T(0);  // NaN goes to the first pixel
        at[i] = inside ? free : edge;
        slope[i] = inside ? half : T(0);
      }
    } else {
      for (int i = 0; i < points; ++i) {
        at[i] = (grid[i] + 1) * half - shift;
        slope[i] = half;
      }
    }
    if (map.mode == kNearestEven) {
      for (int i = 0; i < points; ++i) pixel[i] = std::nearbyint(at[i]);
    } else if (map.mode == kNearestAway) {
      for (int i = 0; i < points; ++i) pixel[i] = std::round(at[i]);
    } else {
      for (int i = 0; i < points; ++i) {
        pixel[i] = std::floor(at[i]);
        fraction[i] = at[i] - pixel[i];
      }
    }
  }

  // The location inside the map where reflections at its borders leave a free one.
  static T reflected(T free, T last, bool aligned, T half, T* slope) {
    const T edge = aligned ? T(0) : T(0.5), range = (last + 2 * edge) * 2;
    const T from_edge = free + edge, far = std::abs(from_edge);
    const T once = range > 0 ? far - std::floor(far / range) * range : T(0);
    const bool flipped = once > range - once, reversed = (from_edge < 0) != flipped;
    const T at = (flipped ? range - once : once) - edge;
    const bool inside = at >= 0 && at <= last;
    *slope = inside && range > 0 ? (reversed ? -half : half) : T(0);
    if (inside) return at;
    return at > last ? last : T(0);  // NaN goes to the first pixel
  }
};

}  // namespace resample
