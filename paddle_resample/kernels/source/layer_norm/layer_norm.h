// Layer normalization of rows, and its gradient.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "platform/memory.h"
#include "platform/parallel.h"
#include "vectors/tails.h"

namespace resample {

struct LayerNorm {
  int64_t rows, width;
  float epsilon;

  // y = (x - mean) / sqrt(variance + epsilon) * weight + bias
  void forward(const float* x, const float* weight, const float* bias, float* y) const {
    in_parts([&](int64_t, int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const float* const from = x + i * width;
        float* const to = y + i * width;
        const auto [mean, scale] = moments(from);
        const Vector<float> middle = in_every_lane(mean), by = in_every_lane(scale);
        along_row<float>(width, [=](auto load, auto store) {
          const Vector<float> normal = (load(from, 0) - middle) * by;
          store(to, multiply_add(normal, load(weight, 0), load(bias, 0)));
        });
      }
    });
  }

  void backward(const float* x, const float* weight, const float* dy, float* dx, float* dweight,
                float* dbias) const {
    const int64_t all = parts();
    const AlignedArray<float> sums = make_zeros<float>(all * 2 * width);
    in_parts([&](int64_t part, int64_t begin, int64_t end) {
      float *const of_weight = sums.get() + part * 2 * width, *const of_bias = of_weight + width;
      for (int64_t i = begin; i < end; ++i) {
        const float *const from = x + i * width, *const above = dy + i * width;
        row_backward(from, weight, above, dx + i * width, of_weight, of_bias);
      }
    });
    std::copy_n(sums.get(), width, dweight);
    std::copy_n(sums.get() + width, width, dbias);
    for (int64_t part = 1; part < all; ++part) {
      const float *const of_weight = sums.get() + part * 2 * width, *const of_bias = of_weight + width;
      for (int64_t j = 0; j < width; ++j) dweight[j] += of_weight[j];
      for (int64_t j = 0; j < width; ++j) dbias[j] += of_bias[j];
    }
  }

 private:
  static constexpr int64_t kMostParts = 32;

  // Rows are summed in parts that the shape decides, whatever the number of threads.
  int64_t parts() const { return std::min(kMostParts, rows); }

  template <typename Work>
  void in_parts(const Work& work) const {
    const int64_t all = parts();
    parallel(all, rows * width, [&](int64_t part) {
      work(part, rows * part / all, rows * (part + 1) / all);
    });
  }

  struct Moments {
    float mean, scale;
  };

  Moments moments(const float* row) const {
    Vector<float> sum = {}, squares = {};
    along_row<float>(width, [&](auto load, auto) { sum += load(row, 0); });
    const float mean = sum_of<float>(sum) / width;
    along_row<float>(width, [&](auto load, auto) {
      const Vector<float> apart = load(row, mean) - mean;
      squares = multiply_add(apart, apart, squares);
    });
    return {mean, 1 / std::sqrt(sum_of<float>(squares) / width + epsilon)};
  }

  void row_backward(const float* x, const float* weight, const float* dy, float* dx,
                    float* dweight, float* dbias) const {
    const auto [mean, scale] = moments(x);
    const Vector<float> middle = in_every_lane(mean), by = in_every_lane(scale);
    Vector<float> sum = {}, product = {};
    along_row<float>(width, [&](auto load, auto store) {
      const Vector<float> normal = (load(x, 0) - middle) * by, above = load(dy, 0);
      const Vector<float> weighted = above * load(weight, 0);
      sum += weighted;
      product = multiply_add(weighted, normal, product);
      store(dweight, multiply_add(above, normal, load(dweight, 0)));
      store(dbias, load(dbias, 0) + above);
    });
    const float along_one = sum_of<float>(sum) / width;
    const float along_normal = sum_of<float>(product) / width;
    along_row<float>(width, [&](auto load, auto store) {
      const Vector<float> normal = (load(x, 0) - middle) * by;
      const Vector<float> weighted = load(dy, 0) * load(weight, 0);
      store(dx, (weighted - along_one - normal * along_normal) * by);
    });
  }
};

}  // namespace resample
