// Batch normalization of planes [samples, channels, pixels], its gradient, and the
// gradient of that.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "platform/parallel.h"
#include "vectors/blocks.h"
#include "vectors/sums.h"
#include "vectors/tails.h"

namespace resample {

// y = normal * weight + bias with normal = (x - mean) * scale, for every channel, where
// scale = 1 / sqrt(variance + epsilon). Mean and variance are those of x, and part of the
// gradient, unless they are `fixed`.
//
// A channel is one task, so that sums do not depend on the number of threads: floats
// within a block, doubles across blocks.
struct BatchNorm {
  int64_t samples, channels, pixels;
  bool fixed;

  struct Statistics {
    float *mean, *variance;
    float momentum, epsilon;
  };

  // Moments [2, channels], mean and scale, are kept for the gradient. The running
  // statistics move towards those of x, whose variance is by count, not by count - 1.
  void forward(const float* x, const float* weight, const float* bias, const Statistics& running,
               float* moments, float* y) const {
    for_channels([&](int64_t c) {
      float mean = running.mean[c], variance = running.variance[c];
      if (!fixed) {
        find_moments(x, c, mean, variance);
        move(running.mean[c], mean, running.momentum);
        move(running.variance[c], variance, running.momentum);
      }
      const float scale = 1 / std::sqrt(variance + running.epsilon);
      moments[c] = mean;
      moments[channels + c] = scale;
      const Vector<float> middle = in_every_lane(mean), by = in_every_lane(scale * weight[c]);
      const Vector<float> added = in_every_lane(bias[c]);
      for_blocks(c, [&](int64_t at, int64_t some) {
        along_row<float>(some, [=](auto load, auto store) {
          store(y + at, multiply_add(load(x + at, 0) - middle, by, added));
        });
      });
    });
  }

  void backward(const float* x, const float* moments, const float* weight, const float* dy,
                float* dx, float* dweight, float* dbias) const {
    for_channels([&](int64_t c) {
      const float mean = moments[c], scale = moments[channels + c];
      const Sums sums = sums_with_normal(x, dy, c, mean, scale);
      dbias[c] = float(sums.plain);
      dweight[c] = float(sums.with_normal);
      const Vector<float> middle = in_every_lane(mean), normalize = in_every_lane(scale);
      const Vector<float> by = in_every_lane(scale * weight[c]);
      const Vector<float> along_one = in_every_lane(along(sums.plain));
      const Vector<float> along_normal = in_every_lane(along(sums.with_normal));
      for_blocks(c, [&](int64_t at, int64_t some) {
        along_row<float>(some, [=](auto load, auto store) {
          const Vector<float> normal = (load(x + at, 0) - middle) * normalize;
          store(dx + at, (load(dy + at, 0) - along_one - normal * along_normal) * by);
        });
      });
    });
  }

  // The gradients of x, weight and dy, from those of dx, dweight and dbias, of which each
  // may be absent (null).
  void backward_twice(const float* x, const float* moments, const float* weight, const float* dy,
                      const float* of_dx, const float* of_dweight, const float* of_dbias,
                      float* of_x, float* of_weight, float* of_dy) const {
    for_channels([&](int64_t c) {
      const float mean = moments[c], scale = moments[channels + c], w = weight[c];
      const Sums below = sums_with_normal(x, dy, c, mean, scale);
      const Sums above = of_dx ? sums_with_normal(x, of_dx, c, mean, scale) : Sums{};
      const double product = of_dx ? sum_of_products(of_dx, dy, c) : 0;
      const double count = samples * pixels;
      // of_dx times what is left of dy without its mean and its part along normal
      const double left =
          fixed ? product
                : product - (above.plain * below.plain + above.with_normal * below.with_normal) / count;
      of_weight[c] = float(scale * left);
      const float slope = of_dweight ? of_dweight[c] : 0, constant = of_dbias ? of_dbias[c] : 0;
      // Of the sums with normal: a sum's gradient is scale * (values - mean - along normal).
      const float of_below = fixed ? slope : slope - w * scale * along(above.with_normal);
      const float of_above = fixed ? 0 : -w * scale * along(below.with_normal);
      const float of_scale = fixed ? 0 : float(-w * scale * left / count);
      for_each(c, [&](int64_t i) {
        const float normal = (x[i] - mean) * scale;
        const float apart = dy[i] - along(below.plain) - normal * along(below.with_normal);
        const float other =
            of_dx ? of_dx[i] - along(above.plain) - normal * along(above.with_normal) : 0;
        of_dy[i] = w * scale * other + slope * normal + constant;
        of_x[i] = scale * (of_below * apart + of_above * other + of_scale * normal);
      });
    });
  }

 private:
  struct Sums {
    double plain = 0, with_normal = 0;
  };

  static void move(float& running, float found, float momentum) {
    running = running * momentum + found * (1 - momentum);
  }

  // A sum by the count, as gradients through the moments have it.
  float along(double sum) const { return fixed ? 0 : float(sum / (samples * pixels)); }

  template <typename Work>
  void for_channels(const Work& work) const {
    parallel(channels, samples * channels * pixels, work);
  }

  // Call work(at, some) for blocks of a channel.
  template <typename Work>
  void for_blocks(int64_t c, const Work& work) const {
    for (int64_t n = 0; n < samples; ++n) {
      const int64_t plane = (n * channels + c) * pixels;
      for (int64_t j = 0; j < pixels; j += kBlock) work(plane + j, std::min(kBlock, pixels - j));
    }
  }

  template <typename Work>
  void for_each(int64_t c, const Work& work) const {
    for_blocks(c, [&](int64_t at, int64_t some) {
      for (int64_t i = at; i < at + some; ++i) work(i);
    });
  }

  // Those of each block around its own mean, then put together (Chan et al., 1979): no
  // digits are lost where the mean is large.
  void find_moments(const float* x, int64_t c, float& mean, float& variance) const {
    double count = 0, middle = 0, squares = 0;
    for_blocks(c, [&](int64_t at, int64_t some) {
      const auto [sum] = sums_along<1>(
          some, [=](auto load, Vector<float>* sums) { sums[0] += load(x + at, 0); });
      const float block_mean = sum / some;
      const auto [square] = sums_along<1>(some, [=](auto load, Vector<float>* sums) {
        const Vector<float> apart = load(x + at, block_mean) - block_mean;
        sums[0] = multiply_add(apart, apart, sums[0]);
      });
      const double apart = block_mean - middle, together = count + some;
      middle += apart * some / together;
      squares += square + apart * apart * count * some / together;
      count = together;
    });
    mean = float(middle);
    variance = float(squares / count);
  }

  Sums sums_with_normal(const float* x, const float* values, int64_t c, float mean,
                        float scale) const {
    Sums sums;
    for_blocks(c, [&](int64_t at, int64_t some) {
      const auto [plain, product] = sums_along<2>(some, [=](auto load, Vector<float>* sums) {
        const Vector<float> value = load(values + at, 0);
        sums[0] += value;
        sums[1] = multiply_add(value, load(x + at, 0) - mean, sums[1]);
      });
      sums.plain += plain;
      sums.with_normal += double(product) * scale;
    });
    return sums;
  }

  double sum_of_products(const float* a, const float* b, int64_t c) const {
    double sum = 0;
    for_each(c, [&](int64_t i) { sum += double(a[i]) * b[i]; });
    return sum;
  }
};

}  // namespace resample
