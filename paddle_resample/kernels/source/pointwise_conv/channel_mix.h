// Every pixel's channels mixed by one matrix: what a convolution with a kernel of one
// pixel does, and what its gradient of the map does with the matrix transposed.
//
// The rows of a map are a power of two apart, where a cache keeps few of them: each task
// first packs a block of pixels, then works there.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/parallel.h"
#include "platform/memory.h"
#include "vectors/vectors.h"

namespace resample {

// A matrix [rows, columns], row after row, or column after column when `transposed`.
template <typename T>
struct Matrix {
  const T* first;
  int64_t rows, columns;
  bool transposed = false;

  T at(int64_t r, int64_t c) const {
    return transposed ? first[c * rows + r] : first[r * columns + c];
  }
};

// x [batch, columns of the matrix, pixels] -> y [batch, its rows, pixels].
template <typename T>
class ChannelMix {
 public:
  ChannelMix(const Matrix<T>& matrix, int64_t batch, int64_t pixels)
      : in_(matrix.columns), out_(matrix.rows), batch_(batch), pixels_(pixels),
        tiles_((out_ + kRows - 1) / kRows), packed_(make_array<T>(tiles_ * in_ * kRows)) {
    T* to = packed_.get();
    for (int64_t t = 0; t < tiles_; ++t) {
      for (int64_t c = 0; c < in_; ++c) {
        for (int64_t r = t * kRows; r < (t + 1) * kRows; ++r) {
          *to++ = r < out_ ? matrix.at(r, c) : T(0);
        }
      }
    }
  }

  // bias [rows] is added, or null.
  void operator()(const T* x, const T* bias, T* y) const {
    std::vector<T> begins(tiles_ * kRows);
    if (bias) std::copy_n(bias, out_, begins.data());
    const int64_t one = in_ * kPanel * static_cast<int64_t>(sizeof(T));
    const int64_t enough = std::min(kKept / one, batch_ * pixels_ / (kTasks * kPanel));
    const int64_t panels = std::clamp<int64_t>(enough, 1, kPanels);
    const int64_t block = std::min(panels * kPanel, (pixels_ + L - 1) / L * L);
    const int64_t blocks = (pixels_ + block - 1) / block;
    parallel(batch_ * blocks, batch_ * pixels_ * (in_ + out_), [&](int64_t task) {
      const int64_t n = task / blocks, begin = task % blocks * block;
      const Block b = {std::min(block, pixels_ - begin)};
      const AlignedArray<T> own = make_array<T>(block * in_);
      pack(x + n * in_ * pixels_ + begin, b, own.get());
      mix(own.get(), b, begins.data(), y + n * out_ * pixels_ + begin);
    });
  }

 private:
  static constexpr int64_t L = kLanes<T>;
  // A tile of sums fills the registers: rows by the vectors of a panel of pixels.
  static constexpr int kRows = kVectorBytes == 64 ? 8 : 4, kVectors = 3;
  static constexpr int64_t kPanel = kVectors * L;
  static constexpr int64_t kKept = 1 << 18;  // bytes of a block, less than a cache has
  static constexpr int64_t kPanels = 16;     // of a block at most
  static constexpr int64_t kTasks = 16;      // about, where the map is small
  static constexpr int64_t kAhead = 4;       // rows

  // A block's pixels: full panels, and one of fewer vectors for the rest.
  struct Block {
    int64_t count;
    int64_t full() const { return count / kPanel; }
    int64_t rest() const { return count % kPanel; }
    int64_t vectors() const { return (rest() + L - 1) / L; }
  };

  // x [in, pixels] -> panels [in, pixels of the panel], the last filled up with zeros.
  void pack(const T* x, const Block& b, T* panels) const {
    T* const last = panels + b.full() * in_ * kPanel;
    for (int64_t c = 0; c < in_; ++c) {
      const T* row = x + c * pixels_;
      if (c + kAhead < in_) {
        const T* ahead = row + kAhead * pixels_;
        prefetch(ahead, b.count, ahead + b.count);
      }
      for (int64_t p = 0; p < b.full(); ++p) {
        T* to = panels + (p * in_ + c) * kPanel;
        for (int v = 0; v < kVectors; ++v)
          store(to + v * L, load(row + p * kPanel + v * L));
      }
      T* to = last + c * b.vectors() * L;
      std::copy_n(row + b.full() * kPanel, b.rest(), to);
      std::fill_n(to + b.rest(), b.vectors() * L - b.rest(), T(0));
    }
  }

  void mix(const T* panels, const Block& b, const T* begins, T* y) const {
    const T* const last = panels + b.full() * in_ * kPanel;
    for (int64_t t = 0; t < tiles_; ++t) {
      const Tile tile = {packed_.get() + t * in_ * kRows, begins + t * kRows, in_,
                         pixels_, std::min<int64_t>(kRows, out_ - t * kRows)};
      T* to = y + t * kRows * pixels_;
      for (int64_t p = 0; p < b.full(); ++p, to += kPanel) {
        tile.template sums<kVectors>(panels + p * in_ * kPanel, kPanel, to);
      }
      if (b.vectors() == 1) tile.template sums<1>(last, b.rest(), to);
      if (b.vectors() == 2) tile.template sums<2>(last, b.rest(), to);
      if (b.vectors() == 3) tile.template sums<3>(last, b.rest(), to);
    }
  }

  // Some rows of the matrix, packed column by column.
  struct Tile {
    const T *matrix, *begins;
    int64_t in, pixels, rows;

    // The first `count` pixels of a panel of V vectors -> y [rows, pixels].
    template <int V>
    void sums(const T* panel, int64_t count, T* y) const {
      Vector<T> sum[kRows][V];
      for (int r = 0; r < kRows; ++r) {
        for (int v = 0; v < V; ++v) sum[r][v] = begins[r] - Vector<T>{};
      }
      const T* factors = matrix;
      for (int64_t c = 0; c < in; ++c, factors += kRows, panel += V * L) {
        Vector<T> x[V];
        for (int v = 0; v < V; ++v) x[v] = load(panel + v * L);
        for (int r = 0; r < kRows; ++r) {
          const Vector<T> factor = factors[r] - Vector<T>{};  // in every lane
          for (int v = 0; v < V; ++v) sum[r][v] = multiply_add(factor, x[v], sum[r][v]);
        }
      }
      if (rows == kRows && count == V * L) {
        for (int r = 0; r < kRows; ++r) {
          for (int v = 0; v < V; ++v) store(y + r * pixels + v * L, sum[r][v]);
        }
        return;
      }
      T all[kRows][V * L];
      for (int r = 0; r < kRows; ++r) {
        for (int v = 0; v < V; ++v) store(all[r] + v * L, sum[r][v]);
      }
      for (int64_t r = 0; r < rows; ++r) std::copy_n(all[r], count, y + r * pixels);
    }
  };

  int64_t in_, out_, batch_, pixels_, tiles_;
  AlignedArray<T> packed_;  // tiles of rows [tiles, in, kRows], filled up with zeros
};

}  // namespace resample
