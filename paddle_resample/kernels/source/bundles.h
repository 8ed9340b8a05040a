// Channels of planes side by side, as many as a line of the cache holds: what is read
// at one place is read for all of them.
#pragma once
#include <cstdint>
#include <memory>

#include "lanes.h"
#include "parallel.h"

namespace resample {

template <typename T>
constexpr int kBundle = 64 / sizeof(T);

template <typename T>
using Bundle = Lanes<kBundle<T>, T>;

template <typename T>
int64_t bundles_of(int64_t channels) {
  return (channels + kBundle<T> - 1) / kBundle<T>;
}

// x [batch, channels, pixels] -> [batch, bundles, pixels, kBundle].
template <typename T>
std::unique_ptr<T[]> bundled(const T* x, int64_t batch, int64_t channels, int64_t pixels) {
  constexpr int kAll = kBundle<T>;
  const int64_t bundles = bundles_of<T>(channels);
  const int64_t values = batch * bundles * pixels * kAll;
  std::unique_ptr<T[]> all(new T[values]);
  parallel(batch * bundles, values, [&](int64_t task) {
    const int64_t n = task / bundles, c = task % bundles * kAll;
    T* planes = const_cast<T*>(x) + (n * channels + c) * pixels;  // read only
    turn_map<true, kAll>(&all[task * pixels * kAll], planes, pixels, channels - c, pixels);
  });
  return all;
}

}  // namespace resample
