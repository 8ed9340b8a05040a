// Where outputs sample a map: their place on a regular grid plus an offset of their own.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lanes.h"
#include "spots.h"

namespace resample {

// One axis: output j lies at the regular place j + ((reach * offset + middle[j]) *
// times) / over of [-1, 1]. The arithmetic of the Paddle operators, in their order.
template <typename T>
struct OffsetAxis {
  std::vector<T> regular, middle;
  T reach, times, over;
  int64_t side;  // of the map

  // from_middle: 0, or the scale whose coarse pixel's middle the offset counts from.
  OffsetAxis(int64_t side, int64_t count, bool aligned, int64_t from_middle, T reach,
             T times, T over)
      : regular(count), middle(count), reach(reach), times(times), over(over),
        side(side) {
    const T whole = static_cast<T>(1.0 / static_cast<double>(count));
    const T apart = static_cast<T>(2.0 / std::max<double>(count - 1, 1));
    const T part = static_cast<T>(1.0 / std::max<double>(from_middle, 1));
    for (int64_t j = 0; j < count; ++j) {
      const T k = static_cast<T>(j);
      regular[j] = aligned ? k * apart - 1 : (k * 2 + 1) * whole - 1;
      if (from_middle == 0) continue;
      middle[j] = T(0.5) - (static_cast<T>(j % from_middle) + T(0.5)) * part;
    }
  }

  T grid(T offset, int64_t j) const {
    return regular[j] + (offset * reach + middle[j]) * times / over;
  }
  // From the gradient of a grid place to that of its offset.
  T gradient(T grid) const { return grid / over * times * reach; }
};

// The four pixels around each of up to kLaneBlock places; a corner outside the map is pixel
// `outside`, with weight 0.
template <typename T>
struct Corners {
  int32_t index[4][kLaneBlock];
  T weight[4][kLaneBlock];
  T right[kLaneBlock], below[kLaneBlock];      // fractions of a pixel
  T slope_x[kLaneBlock], slope_y[kLaneBlock];  // pixels a step of the grid

  void find(const T* x, const T* y, int count, const Map<T>& map) {
    T left[kLaneBlock], top[kLaneBlock];
    on_axis(x, count, map.width, map, left, right, slope_x);
    on_axis(y, count, map.height, map, top, below, slope_y);
    const T width = static_cast<T>(map.width), height = static_cast<T>(map.height);
    const int32_t outside = static_cast<int32_t>(map.width * map.height);
    const int32_t line = static_cast<int32_t>(map.width);
    for (int k = 0; k < 4; ++k) {
      const T to_right = k & 1, down = k >> 1;
#pragma GCC ivdep
      for (int i = 0; i < count; ++i) {
        const T column = left[i] + to_right, row = top[i] + down;
        // Compared as floats: a place may lie beyond every integer, or be no number.
        const bool inside =
            (column >= 0) & (row >= 0) & (column < width) & (row < height);
        const T safe_column = inside ? column : T(0), safe_row = inside ? row : T(0);
        const int32_t at = static_cast<int32_t>(safe_row) * line +
                           static_cast<int32_t>(safe_column);
        const T across = to_right ? right[i] : 1 - right[i];
        const T along = down ? below[i] : 1 - below[i];
        const T product = across * along;
        index[k][i] = inside ? at : outside;
        weight[k][i] = inside ? product : T(0);
      }
    }
  }

 private:
  // The arithmetic of place() in spots.h, which a compiler does not vectorise.
  static void on_axis(const T* grid, int count, int64_t side, const Map<T>& map,
                      T* floor, T* fraction, T* slope) {
    const T last = static_cast<T>(side - 1), shift = map.aligned ? T(0) : T(0.5);
    const T half = map.aligned ? last * T(0.5) : (last + 1) * T(0.5);
    T at[kLaneBlock];
    if (map.padding == kReflection) {
      for (int i = 0; i < count; ++i) {
        const auto p = place(grid[i], side, kReflection, map.aligned);
        at[i] = p.at;
        slope[i] = p.slope;
      }
    } else if (map.padding == kBorder) {
      for (int i = 0; i < count; ++i) {
        const T free = (grid[i] + 1) * half - shift;
        const bool inside = (free >= 0) & (free <= last);
        const T edge = free > last ? last : T(0);  // NaN goes to the first pixel
        at[i] = inside ? free : edge;
        slope[i] = inside ? half : T(0);
      }
    } else {
      for (int i = 0; i < count; ++i) {
        at[i] = (grid[i] + 1) * half - shift;
        slope[i] = half;
      }
    }
    for (int i = 0; i < count; ++i) {
      floor[i] = std::floor(at[i]);
      fraction[i] = at[i] - floor[i];
    }
  }
};

}  // namespace resample
