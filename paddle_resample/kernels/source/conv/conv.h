// Convolution, forward and backward, by primitives that are kept by shape.
#pragma once
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "conv/conv_bias.h"
#include "conv/conv_primitive.h"
#include "conv/pointwise.h"
#include "linear/linear.h"
#include "onednn/kept.h"
#include "conv/channel_products.h"
#include "vectors/blocks.h"
#include "winograd/winograd.h"

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

// Whether a matrix times the channels of each pixel is faster, from x to y and back.
inline bool is_pointwise(const ConvShape& s) {
  return of_single_pixels(s) && steps_over_no_pixel(s) && s.h * s.w >= 64 &&
         std::min(s.channels, s.made) >= 4;
}

// Whether the gradient of a weight is faster as our own product of channels.
inline bool has_own_products(const ConvShape& s) {
  return of_single_pixels(s) && steps_over_no_pixel(s) && s.channels * s.made <= 1 << 14;
}

// Whether it is faster as a product of matrices for each sample: oneDNN's convolution
// shares long sums among threads badly.
inline bool has_long_sums(const ConvShape& s) {
  return of_single_pixels(s) && steps_over_no_pixel(s) && s.h * s.w >= 512;
}

// dweight [made, channels], the sum over samples of dy [made, pixels] times x [channels,
// pixels] turned.
inline void multiply_samples(const ConvShape& s, const float* x, const float* dy,
                             float* dweight) {
  const int64_t pixels = s.h * s.w, count = s.made * s.channels;
  AlignedArray<float> one;
  for (int64_t n = 0; n < s.n; ++n) {
    if (n == 1) one = make_array<float>(count);
    const Factor of_dy = {dy + n * s.made * pixels, s.made, pixels, false};
    const Factor of_x = {x + n * s.channels * pixels, pixels, s.channels, true};
    multiply(of_dy, of_x, nullptr, n == 0 ? dweight : one.get());
    if (n == 0) continue;
    in_blocks_of(count, [&](int64_t begin, int64_t some) {
      for (int64_t i = begin; i < begin + some; ++i) dweight[i] += one[i];
    });
  }
}

// Tiles of what a convolution makes, and of the gradient of what it reads.
inline Tiles tiles_of(const ConvShape& s) {
  return {s.n, s.h, s.w, s.to_h, s.to_w, s.top, s.left, s.dilation_h, s.dilation_w};
}
inline Tiles tiles_back(const ConvShape& s) {
  return {s.n,  s.to_h, s.to_w, s.h, s.w, 2 * s.dilation_h - s.top, 2 * s.dilation_w - s.left,
          s.dilation_h, s.dilation_w};
}

// Whether products of tiles are faster: what was for the shapes of segmentation networks.
inline bool has_tiles(const ConvShape& s, const Tiles& tiles) {
  if (s.kernel_h != 3 || s.kernel_w != 3 || s.stride_h != 1 || s.stride_w != 1) return false;
  if (s.groups != 1 || std::min(s.channels, s.made) < 16) return false;
  if (std::max(s.channels, s.made) < 32) return false;
  // Filters have to be transformed for many tiles, and tiles reach over the border.
  const int64_t pixels = tiles.n * tiles.to_h * tiles.to_w;
  return tiles.count() >= 64 && tiles.count() * 16 < pixels * 6;
}

inline std::shared_ptr<const ConvPrimitive> conv_primitive(Pass pass, const ConvShape& shape,
                                                           bool biased) {
  constexpr size_t count = sizeof(ConvShape) / sizeof(int64_t);
  std::vector<int64_t> key(count + 2);
  std::memcpy(key.data(), &shape, sizeof(ConvShape));
  key[count] = static_cast<int64_t>(pass);
  key[count + 1] = biased;
  return kept<ConvPrimitive>().get(key, [&] {
    return std::make_shared<const ConvPrimitive>(pass, shape, biased, keeps_layout(pass, shape));
  });
}

// bias, dbias: or nullptr.
inline void conv_forward(const ConvShape& shape, const float* x, const float* weight,
                         const float* bias, float* y) {
  if (is_pointwise(shape)) {
    const Pointwise run(shape.n, shape.channels, shape.made, shape.h * shape.w);
    return run({weight, shape.channels, 1}, x, bias, y);
  }
  const Tiles tiles = tiles_of(shape);
  if (has_tiles(shape, tiles)) {
    const Filters filters = {shape.channels, shape.made, 9, shape.channels * 9, false};
    return winograd_forward(tiles, filters, x, weight, bias, y);
  }
  const auto change = [](const float* data) { return const_cast<float*>(data); };
  const auto run = conv_primitive(Pass::kForward, shape, bias != nullptr);
  (*run)(change(x), change(weight), y, change(bias));
}

inline void conv_to_x(const ConvShape& shape, const float* dy, const float* weight, float* dx) {
  if (is_pointwise(shape)) {
    const Pointwise run(shape.n, shape.made, shape.channels, shape.h * shape.w);
    return run({weight, 1, shape.channels}, dy, nullptr, dx);
  }
  const Tiles tiles = tiles_back(shape);
  if (has_tiles(shape, tiles)) {
    const Filters filters = {shape.made, shape.channels, shape.channels * 9, 9, true};
    return winograd_forward(tiles, filters, dy, weight, nullptr, dx);
  }
  const auto change = [](const float* data) { return const_cast<float*>(data); };
  (*conv_primitive(Pass::kToX, shape, false))(dx, change(weight), change(dy), nullptr);
}

inline void conv_to_weight(const ConvShape& shape, const float* x, const float* dy,
                           float* dweight, float* dbias) {
  if (has_own_products(shape)) {
    const ChannelProducts<float> products(shape.n, shape.made, shape.channels, shape.h * shape.w);
    products(dy, x, dweight, dbias);
    return;
  }
  if (has_long_sums(shape)) {
    multiply_samples(shape, x, dy, dweight);
    if (dbias != nullptr) sum_channels(shape.n, shape.made, shape.h * shape.w, dy, dbias);
    return;
  }
  const Tiles tiles = tiles_of(shape);
  if (has_tiles(shape, tiles)) {
    const Filters filters = {shape.channels, shape.made, 9, shape.channels * 9, false};
    winograd_to_weight(tiles, filters, x, dy, dweight);
    if (dbias != nullptr) sum_channels(shape.n, shape.made, shape.to_h * shape.to_w, dy, dbias);
    return;
  }
  const auto change = [](const float* data) { return const_cast<float*>(data); };
  const auto run = conv_primitive(Pass::kToWeight, shape, dbias != nullptr);
  (*run)(change(x), dweight, change(dy), dbias);
}

}  // namespace resample
