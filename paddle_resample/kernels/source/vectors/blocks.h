// Long arrays in blocks, shared among threads.
#pragma once
#include <algorithm>
#include <cstdint>

#include "platform/parallel.h"

namespace resample {

constexpr int64_t kBlock = 1 << 12;  // values, which stay in the nearest cache

// Call work(begin, some) for blocks of `count` values.
template <typename Work>
void in_blocks_of(int64_t count, const Work& work) {
  parallel((count + kBlock - 1) / kBlock, count, [&](int64_t task) {
    const int64_t begin = task * kBlock;
    work(begin, std::min(kBlock, count - begin));
  });
}

}  // namespace resample
