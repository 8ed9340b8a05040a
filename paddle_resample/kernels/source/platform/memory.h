// Memory by the lines of the cache, of 64 bytes each: arrays that begin with one, and
// loading lines ahead of their use.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>

#ifdef __GNUC__
#define RESAMPLE_INLINE inline __attribute__((always_inline))
#else
#define RESAMPLE_INLINE inline
#endif

namespace resample {

struct AlignedDelete {
  void operator()(void* array) const { ::operator delete(array, std::align_val_t(64)); }
};

template <typename T>
using AlignedArray = std::unique_ptr<T[], AlignedDelete>;

// Uninitialized: its values are whatever the memory held.
template <typename T>
AlignedArray<T> make_array(int64_t count) {
  void* array = ::operator new(count * sizeof(T), std::align_val_t(64));
  return AlignedArray<T>(static_cast<T*>(array));
}

template <typename T>
AlignedArray<T> make_zeros(int64_t count) {
  AlignedArray<T> array = make_array<T>(count);
  std::fill_n(array.get(), count, T(0));
  return array;
}

// Rows that are read a few at a time look random to the processor, which then waits for
// each; `from` begins what will be read soon: up to `count` values, none from `end` on.
// Always inline: gcc takes a function that does nothing else for one without effect and
// drops the call.
template <typename T>
RESAMPLE_INLINE void prefetch(const T* from, int64_t count, const T* end) {
#ifdef __GNUC__
  constexpr int64_t kLine = 64 / sizeof(T);  // of the cache
  count = std::min<int64_t>(count, end - from);
  for (int64_t i = 0; i < count; i += kLine) __builtin_prefetch(from + i);
#endif
}

}  // namespace resample
