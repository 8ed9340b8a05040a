// Arrays side by side along one axis, and taken apart again.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "vectors/blocks.h"

namespace resample {

// Of each array `outer` rows; array k has widths[k] neighbouring values in every one, and
// the whole has them one after the other.
struct Concat {
  int64_t outer;
  std::vector<int64_t> widths;

  void join(const float* const* arrays, float* whole) const {
    for_pieces([&](size_t k, int64_t from, int64_t to, int64_t some) {
      std::copy_n(arrays[k] + from, some, whole + to);
    });
  }

  // An array that is null is left out.
  void take_apart(const float* whole, float* const* arrays) const {
    for_pieces([&](size_t k, int64_t from, int64_t to, int64_t some) {
      if (arrays[k] != nullptr) std::copy_n(whole + to, some, arrays[k] + from);
    });
  }

 private:
  // Values; the processor copies long runs without reading what it writes over.
  static constexpr int64_t kPiece = 1 << 16;

  // Call work(array, where in it, where in the whole, some).
  template <typename Work>
  void for_pieces(const Work& work) const {
    int64_t row = 0;
    for (int64_t width : widths) row += width;
    if (row <= kBlock) {
      const int64_t some = std::max<int64_t>(1, kBlock / row);  // rows at a time
      parallel((outer + some - 1) / some, outer * row, [&](int64_t task) {
        for (int64_t o = task * some; o < std::min(outer, (task + 1) * some); ++o) {
          int64_t begin = 0;
          for (size_t k = 0; k < widths.size(); begin += widths[k++]) {
            work(k, o * widths[k], o * row + begin, widths[k]);
          }
        }
      });
      return;
    }
    std::vector<int64_t> pieces(1, 0);  // of the arrays before
    for (int64_t width : widths) pieces.push_back(pieces.back() + (width + kPiece - 1) / kPiece);
    parallel(outer * pieces.back(), outer * row, [&](int64_t task) {
      const int64_t o = task / pieces.back(), piece = task % pieces.back();
      size_t k = 0;
      int64_t begin = 0;
      for (; piece >= pieces[k + 1]; begin += widths[k++]) {
      }
      const int64_t from = (piece - pieces[k]) * kPiece;
      work(k, o * widths[k] + from, o * row + begin + from, std::min(kPiece, widths[k] - from));
    });
  }
};

}  // namespace resample
