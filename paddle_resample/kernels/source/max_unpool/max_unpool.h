// Putting pooled values back where their maxima stood.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>

#include "platform/parallel.h"

namespace resample {

// Flat positions inside planes (or volumes) of `whole` pixels, `kept` a plane.
template <typename T, typename Index>
struct MaxUnpool {
  int64_t planes, kept, whole;

  // Return false, and the planes unwritten, if a position lies outside.
  bool forward(const T* x, const Index* indices, T* y) const {
    return every_plane(indices, planes * whole, [&](int64_t plane, const Index* at) {
      T* to = y + plane * whole;
      std::fill_n(to, whole, T(0));
      for (int64_t i = 0; i < kept; ++i) to[at[i]] = x[plane * kept + i];
    });
  }

  bool backward(const T* dy, const Index* indices, T* dx) const {
    return every_plane(indices, planes * kept, [&](int64_t plane, const Index* at) {
      const T* from = dy + plane * whole;
      for (int64_t i = 0; i < kept; ++i) dx[plane * kept + i] = from[at[i]];
    });
  }

 private:
  template <typename Work>
  bool every_plane(const Index* indices, int64_t elements, const Work& work) const {
    std::atomic<bool> good(true);
    parallel(planes, elements, [&](int64_t plane) {
      const Index* at = indices + plane * kept;
      Index low = 0, high = 0;
      for (int64_t i = 0; i < kept; ++i) {
        low = std::min(low, at[i]);
        high = std::max(high, at[i]);
      }
      if (low >= 0 && static_cast<int64_t>(high) < whole) {
        work(plane, at);
      } else {
        good = false;
      }
    });
    return good;
  }
};

}  // namespace resample
