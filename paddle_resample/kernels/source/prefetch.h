// Asking for memory ahead of its use.
#pragma once
#include <algorithm>
#include <cstdint>

#ifdef __GNUC__
#define RESAMPLE_INLINE inline __attribute__((always_inline))
#else
#define RESAMPLE_INLINE inline
#endif

namespace resample {

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
