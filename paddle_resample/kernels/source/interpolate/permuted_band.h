// A band matrix times rows of a map, by permuting registers.
//
// The inputs of neighbouring outputs are neighbours: those of a block of outputs, as
// many as a register has lanes, span a window of one, two or four registers, whatever
// the ratio of the sizes up to four. A window is loaded whole and permuted for each tap.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "interpolate/band_matrix.h"
#include "vectors/permutations.h"
#include "platform/memory.h"
#include "vectors/vectors.h"

namespace resample {

#if RESAMPLE_PERMUTES

template <typename T>
class PermutedBand {
  using Int = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  static constexpr int kWide = static_cast<int>(kLanes<T>);
  using Values = Vector<T>;
  using Indices = Vector<Int>;

 public:
  explicit PermutedBand(const BandMatrix<T>& b) : out_(b.out), taps_(b.taps) {
    const int64_t blocks = (out_ + kWide - 1) / kWide;
    const int64_t lanes = blocks * kWide;
    base_.resize(blocks);
    index_.resize(lanes);
    weight_.resize(lanes * taps_);
    inside_.resize(lanes * taps_);
    ragged_.resize(blocks);
    Int span = 1;
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t begin = first_of(block);
      int64_t first = base_[block] = first_input(b, begin);
      for (int64_t lane = 0; lane < kWide; ++lane) {
        const int64_t i = std::min(begin + lane, out_ - 1);
        if (b.count[i] > 0) first = b.first[i];
        const int64_t away = first - base_[block];
        if (away >= 4 * kWide) return;  // registers_ stays 0
        index_[block * kWide + lane] = static_cast<Int>(away);
        span = std::max(span, static_cast<Int>(away + 1));
        for (int64_t k = 0; k < taps_; ++k) {
          const bool inside = k < b.count[i];
          ragged_[block] |= !inside;
          const int64_t at = (block * taps_ + k) * kWide + lane;
          inside_[at] = inside ? -1 : 0;
          weight_[at] = inside ? b.weight[i * taps_ + k] : T(0);
        }
      }
    }
    registers_ = span <= kWide ? 1 : span <= 2 * kWide ? 2 : 4;
    for (int64_t base : base_) {
      needs_ = std::max(needs_, base + taps_ - 1 + registers_ * kWide);
    }
  }

  // Whether every window is narrow enough.
  bool fit() const { return registers_ > 0; }
  // How many values of a row are read, some of them beyond its end and not used.
  int64_t needs() const { return needs_; }

  void apply(const T* x, T* y) const {
    if (registers_ == 1) return with<1>(x, y);
    if (registers_ == 2) return with<2>(x, y);
    return with<4>(x, y);
  }

 private:
  // Of output i, or of the next that has one.
  static int64_t first_input(const BandMatrix<T>& b, int64_t i) {
    while (i + 1 < b.out && b.count[i] == 0) ++i;
    return b.count[i] > 0 ? b.first[i] : 0;
  }

  // The last block ends with the row and overlaps the one before.
  int64_t first_of(int64_t block) const {
    return std::max<int64_t>(0, std::min(block * kWide, out_ - kWide));
  }

  template <int R>
  static Values pick(const T* x, Indices index) {
    if constexpr (R == 1) {
      return __builtin_shuffle(load(x), index);
    } else if constexpr (R == 2) {
      return __builtin_shuffle(load(x), load(x + kWide), index);
    } else {
      const Values near = pick<2>(x, index), far = pick<2>(x + 2 * kWide, index);
      return index < 2 * kWide ? near : far;
    }
  }

  struct Tables {
    int64_t all_taps;
    const int64_t* base;
    const Int* index;
    const T* weight;
    const Int* inside;
    const char* ragged;

    template <int R, int K>
    RESAMPLE_INLINE Values block(const T* x, int64_t number) const {
      const int64_t taps = K ? K : all_taps;
      const T* from = x + base[number];
      const auto places = load(index + number * kWide);
      const T* w = weight + number * taps * kWide;
      const Int* in = inside + number * taps * kWide;
      Values sum = {};
      if (ragged[number]) {
        for (int64_t k = 0; k < taps; ++k) {
          // What is outside may be no number, which no weight turns into 0.
          const Indices value = (Indices)pick<R>(from + k, places) & load(in + k * kWide);
          sum += (Values)value * load(w + k * kWide);
        }
        return sum;
      }
      for (int64_t k = 0; k < taps; ++k) {
        const Values value = pick<R>(from + k, places) * load(w + k * kWide);
        sum = k == 0 ? value : sum + value;
      }
      return sum;
    }
  };

  template <int R>
  void with(const T* x, T* y) const {
    switch (taps_) {
      case 1: return row<R, 1>(x, y);
      case 2: return row<R, 2>(x, y);
      case 3: return row<R, 3>(x, y);
      case 4: return row<R, 4>(x, y);
    }
    row<R, 0>(x, y);
  }

  // K taps; 0 is any number.
  template <int R, int K>
  void row(const T* x, T* y) const {
    // Copied, because the compiler cannot know that y does not overlap the tables.
    const Tables tables = {taps_, base_.data(), index_.data(), weight_.data(),
                           inside_.data(), ragged_.data()};
    if (out_ < kWide) {
      const Values sum = tables.template block<R, K>(x, 0);
      return static_cast<void>(std::memcpy(y, &sum, out_ * sizeof(T)));
    }
    const int64_t last = out_ - kWide, blocks = static_cast<int64_t>(base_.size());
    for (int64_t k = 0; k < blocks; ++k) {
      store(y + std::min(k * kWide, last), tables.template block<R, K>(x, k));
    }
  }

  int64_t out_, taps_, needs_ = 0;
  int registers_ = 0;
  std::vector<int64_t> base_;  // of every block, the first input of its window
  std::vector<Int> index_;     // of every output, where in the window
  std::vector<T> weight_;      // of every block, tap and lane
  std::vector<Int> inside_;    // whether the tap counts, all bits or none
  std::vector<char> ragged_;   // of every block, whether one does not
};

#else  // no permutation of registers with indices that are not constant

template <typename T>
class PermutedBand {
 public:
  explicit PermutedBand(const BandMatrix<T>&) {}
  bool fit() const { return false; }
  int64_t needs() const { return 0; }
  void apply(const T*, T*) const {}
};

#endif

}  // namespace resample
