// Convolution, forward and backward, by primitives that are kept by shape.
#pragma once
#ifdef _OPENMP
#include <omp.h>
#endif

#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "pointwise_conv/channel_products.h"
#include "conv/conv_primitive.h"
#include "common/parallel.h"

namespace resample {

inline bool of_single_pixels(const ConvShape& s) {
  return s.kernel_h == 1 && s.kernel_w == 1 && s.groups == 1;
}

inline bool steps_over_no_pixel(const ConvShape& s) {
  return s.stride_h == 1 && s.stride_w == 1 && s.to_h == s.h && s.to_w == s.w;
}

// Whether maps keep their layout, rather than take one that bundles channels, which costs
// a copy: what was faster for the shapes of segmentation networks. Shapes alone decide,
// so that a run can be repeated to the last bit.
inline bool keeps_layout(Pass pass, const ConvShape& s) {
  if (of_single_pixels(s)) return pass != Pass::kToWeight || steps_over_no_pixel(s);
  // Bundles of few channels are mostly padding; for a single one oneDNN has no other.
  const bool few = s.channels > 1 && s.channels < 8 && s.made > 1 && s.groups == 1;
  return pass == Pass::kToX && few;
}

// Whether the gradient of a weight is faster as our own product of channels.
inline bool has_own_products(const ConvShape& s) {
  return of_single_pixels(s) && steps_over_no_pixel(s) && s.channels * s.made <= 1 << 14;
}

// How many threads oneDNN will use: one in a forked child, see parallel.h.
inline int64_t threads() {
#ifdef _OPENMP
  if (forked) omp_set_num_threads(1);
  return omp_get_max_threads();
#else
  return 1;
#endif
}

// The most recently used primitives.
class ConvPrimitives {
 public:
  using Shared = std::shared_ptr<const ConvPrimitive>;  // one in use may be dropped here

  Shared get(Pass pass, const ConvShape& shape, bool biased) {
    const Key key = make_key(pass, shape, biased);
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = places_.find(key);
    if (found != places_.end()) {
      used_.splice(used_.begin(), used_, found->second);
      return found->second->second;
    }
    auto made = std::make_shared<const ConvPrimitive>(pass, shape, biased,
                                                      keeps_layout(pass, shape));
    used_.emplace_front(key, made);
    places_[key] = used_.begin();
    if (used_.size() > kKept) {
      places_.erase(used_.back().first);
      used_.pop_back();
    }
    return made;
  }

 private:
  using Key = std::vector<int64_t>;
  static constexpr size_t kKept = 1024;

  static Key make_key(Pass pass, const ConvShape& shape, bool biased) {
    constexpr size_t count = sizeof(ConvShape) / sizeof(int64_t);
    Key key(count + 3);
    std::memcpy(key.data(), &shape, sizeof(ConvShape));
    key[count] = static_cast<int64_t>(pass);
    key[count + 1] = biased;
    // oneDNN divides the work among the threads when it makes a primitive.
    key[count + 2] = threads();
    return key;
  }

  std::mutex mutex_;
  std::list<std::pair<Key, Shared>> used_;  // the latest first
  std::map<Key, std::list<std::pair<Key, Shared>>::iterator> places_;
};

inline ConvPrimitives& primitives() {
  static ConvPrimitives* kept = new ConvPrimitives;  // outlives every thread
  return *kept;
}

// bias, dbias: or nullptr.
inline void conv_forward(const ConvShape& shape, const float* x, const float* weight,
                         const float* bias, float* y) {
  const auto change = [](const float* data) { return const_cast<float*>(data); };
  const auto run = primitives().get(Pass::kForward, shape, bias != nullptr);
  (*run)(change(x), change(weight), y, change(bias));
}

inline void conv_to_x(const ConvShape& shape, const float* dy, const float* weight, float* dx) {
  const auto change = [](const float* data) { return const_cast<float*>(data); };
  (*primitives().get(Pass::kToX, shape, false))(dx, change(weight), change(dy), nullptr);
}

inline void conv_to_weight(const ConvShape& shape, const float* x, const float* dy,
                           float* dweight, float* dbias) {
  if (has_own_products(shape)) {
    const ChannelProducts<float> products(shape.n, shape.made, shape.channels, shape.h * shape.w);
    products(dy, x, dweight, dbias);
    return;
  }
  const auto change = [](const float* data) { return const_cast<float*>(data); };
  const auto run = primitives().get(Pass::kToWeight, shape, dbias != nullptr);
  (*run)(change(x), dweight, change(dy), dbias);
}

}  // namespace resample
