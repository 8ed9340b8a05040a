// Where outputs sample a map: on a regular grid, each displaced by its own offset.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace resample {

// One axis: output j lies at the regular location j + ((reach * offset + middle[j]) *
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
  // From the gradient of a grid location to that of its offset.
  T gradient(T grid) const { return grid / over * times * reach; }
};

}  // namespace resample
