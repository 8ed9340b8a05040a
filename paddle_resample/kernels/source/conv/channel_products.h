// The products of every channel of one map with every channel of another, summed over
// samples and pixels: what a convolution's gradient of a kernel of one pixel is.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/parallel.h"
#include "platform/memory.h"
#include "vectors/vectors.h"

namespace resample {

// a [batch, rows, pixels], b [batch, columns, pixels].
template <typename T>
class ChannelProducts {
 public:
  ChannelProducts(int64_t batch, int64_t rows, int64_t columns, int64_t pixels)
      : batch_(batch), rows_(rows), columns_(columns), pixels_(pixels),
        tall_((rows + kSide - 1) / kSide * kSide) {
    const int64_t most = kKept / (tall_ * static_cast<int64_t>(sizeof(T)));
    const int64_t blocks = share(pixels, std::clamp(most, kShort, 2 * kShort));
    block_ = share(share(pixels, blocks), L) * L;
    blocks_ = share(pixels, block_);
    // Decided by the shapes alone, because it decides the order of the sums.
    const int64_t inputs = batch * pixels * (rows + columns);
    parts_ =
        std::min({batch * blocks_, kParts, std::max<int64_t>(1, inputs / products())});
    groups_ = std::clamp<int64_t>(columns / kColumns, 1, share(kParts, parts_));
  }

  // products [rows, columns] and the sums [rows] of a; each may be null.
  void operator()(const T* a, const T* b, T* products_of, T* sums_of) const {
    std::vector<T> sums(parts_ * products()), totals(parts_ * rows_);
    const int64_t groups = products_of ? groups_ : 1;
    const int64_t elements = batch_ * pixels_ * (rows_ + columns_);
    parallel(parts_ * groups, elements, [&](int64_t task) {
      const int64_t part = task / groups, group = task % groups;
      const AlignedArray<T> first = make_array<T>(tall_ * block_);
      const AlignedArray<T> second = make_array<T>(kSide * block_);
      const int64_t units = batch_ * blocks_;
      for (int64_t u = part * units / parts_; u < (part + 1) * units / parts_; ++u) {
        const int64_t n = u / blocks_, begin = u % blocks_ * block_;
        const int64_t count = std::min(block_, pixels_ - begin);
        pack(a + n * rows_ * pixels_ + begin, rows_, tall_, count, first.get());
        if (sums_of && group == 0) add_totals(first.get(), count, &totals[part * rows_]);
        if (!products_of) continue;
        const T* from = b + n * columns_ * pixels_ + begin;
        T* to = &sums[part * products()];
        const int64_t tiles = share(columns_, kSide), end = (group + 1) * tiles / groups;
        for (int64_t t = group * tiles / groups; t < end; ++t) {
          const int64_t column = t * kSide;
          const int64_t columns = std::min<int64_t>(kSide, columns_ - column);
          pack(from + column * pixels_, columns, kSide, count, second.get());
          add_products(first.get(), second.get(), count, columns, to + column);
        }
      }
    });
    if (products_of) join(sums, products(), products_of);
    if (sums_of) join(totals, rows_, sums_of);
  }

 private:
  static constexpr int64_t L = kLanes<T>;
  // A tile of sums fills the registers.
  static constexpr int kSide = kVectorBytes == 64 ? 5 : 3;
  static constexpr int64_t kKept = 1 << 18;   // bytes of a block, less than a cache has
  static constexpr int64_t kShort = 32 * L;   // pixels
  static constexpr int64_t kParts = 8;        // that work is shared as
  static constexpr int64_t kColumns = 4 * kSide;  // worth packing the rows again for

  static int64_t filled(int64_t count) { return share(count, L) * L; }
  int64_t products() const { return rows_ * columns_; }

  // `rows` rows of `count` pixels -> `tall` ones of full vectors, filled up with zeros.
  void pack(const T* from, int64_t rows, int64_t tall, int64_t count, T* to) const {
    const int64_t wide = filled(count);
    for (int64_t r = 0; r < rows; ++r, to += wide) {
      std::copy_n(from + r * pixels_, count, to);
      std::fill_n(to + count, wide - count, T(0));
    }
    std::fill_n(to, (tall - rows) * wide, T(0));
  }

  void add_totals(const T* rows, int64_t count, T* totals) const {
    const int64_t wide = filled(count);
    for (int64_t r = 0; r < rows_; ++r, rows += wide) {
      typename Lanes<L, T>::type sum = {};
      for (int64_t p = 0; p < wide; p += L) sum += Lanes<L, T>::at(rows + p);
      totals[r] += sum_of_lanes<L, T>(sum);
    }
  }

  void add_products(const T* a, const T* b, int64_t count, int64_t columns, T* to) const {
    const int64_t wide = filled(count);
    T products[kSide][kSide];
    for (int64_t r = 0; r < rows_; r += kSide) {
      tile(a + r * wide, b, wide, products);
      for (int64_t i = 0; i < std::min<int64_t>(kSide, rows_ - r); ++i) {
        for (int64_t j = 0; j < columns; ++j)
          to[(r + i) * columns_ + j] += products[i][j];
      }
    }
  }

  static void tile(const T* a, const T* b, int64_t wide, T (&products)[kSide][kSide]) {
    Vector<T> sum[kSide][kSide] = {};
    for (int64_t p = 0; p < wide; p += L) {
      Vector<T> x[kSide];
      for (int i = 0; i < kSide; ++i) x[i] = load(a + i * wide + p);
      for (int j = 0; j < kSide; ++j) {
        const Vector<T> y = load(b + j * wide + p);
        for (int i = 0; i < kSide; ++i) sum[i][j] = multiply_add(x[i], y, sum[i][j]);
      }
    }
    for (int i = 0; i < kSide; ++i) {
      for (int j = 0; j < kSide; ++j) {
        products[i][j] = sum_of_lanes<L, T>((typename Lanes<L, T>::type)sum[i][j]);
      }
    }
  }

  // parts [parts_, count] -> their sums.
  void join(const std::vector<T>& parts, int64_t count, T* sums) const {
    std::copy_n(parts.data(), count, sums);
    for (int64_t p = 1; p < parts_; ++p) {
      for (int64_t i = 0; i < count; ++i) sums[i] += parts[p * count + i];
    }
  }

  int64_t batch_, rows_, columns_, pixels_;
  int64_t tall_;                   // rows, filled up to whole tiles
  int64_t block_, blocks_, parts_;  // pixels of a block, blocks of a sample, partial sums
  int64_t groups_;                 // of columns, that tasks share a part by
};

}  // namespace resample
