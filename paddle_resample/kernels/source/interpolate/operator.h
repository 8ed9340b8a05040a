// Paddle operator paddle_resample_interpolate, 2-D. Its gradient applies the transposed
// bands, so it needs nothing but the gradient of the output; its own gradient is this.
#pragma once
#include "platform/function.h"
#include "platform/operator.h"
#include "interpolate/separable.h"

namespace resample {

enum InterpolateMode { kNearest = 0, kLinear = 1, kCubic = 2, kArea = 3 };

template <typename T>
BandMatrix<T> band_of(int64_t mode, int64_t in, int64_t out, float step, bool corners) {
  switch (mode) {
    case kNearest: return nearest_band<T>(in, out, step);
    case kLinear: return linear_band<T>(in, out, step, corners);
    case kCubic: return cubic_band<T>(in, out, step, corners);
  }
  return area_band<T>(in, out);
}

// sizes: in and out of the rows, then of the columns; steps: of both. `planes` have
// `channels` values a pixel.
template <typename T>
void apply_bands_at(const T* x, T* y, int64_t planes, int64_t channels, int64_t mode,
                    const int64_t* sizes, const float* steps, bool corners, bool backward) {
  auto rows = band_of<T>(mode, sizes[0], sizes[1], steps[0], corners);
  auto columns = band_of<T>(mode, sizes[2], sizes[3], steps[1], corners);
  if (backward) {
    rows = transposed(rows);
    columns = transposed(columns);
  }
  const Separable<T> resample(rows, columns, channels);
  resample(x, y, planes);
}

Tensors apply_bands(const paddle::Tensor& x, int64_t mode,
                    const std::vector<int64_t>& sizes, const std::vector<float>& steps,
                    bool corners, bool last, bool backward) {
  const Shape from = x.shape();
  const int64_t height = backward ? sizes[0] : sizes[1];
  const int64_t width = backward ? sizes[2] : sizes[3];
  auto y = last ? empty({from[0], height, width, from[3]}, x)
                : empty({from[0], from[1], height, width}, x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    const int64_t planes = last ? from[0] : from[0] * from[1], channels = last ? from[3] : 1;
    apply_bands_at(x.data<T>(), y.template data<T>(), planes, channels, mode, sizes.data(),
                   steps.data(), corners, backward);
  });
  return {y};
}

Tensors interpolate(const paddle::Tensor& x, int64_t mode,
                    const std::vector<int64_t>& sizes, const std::vector<float>& steps,
                    bool corners, bool last) {
  return apply_bands(x, mode, sizes, steps, corners, last, false);
}

Tensors interpolate_grad(const paddle::Tensor& dy, int64_t mode,
                         const std::vector<int64_t>& sizes,
                         const std::vector<float>& steps, bool corners, bool last) {
  return apply_bands(dy, mode, sizes, steps, corners, last, true);
}

std::vector<Shape> interpolate_shapes(const Shape& x, int64_t,
                                      const std::vector<int64_t>& sizes,
                                      const std::vector<float>&, bool, bool last) {
  if (last) return {{x[0], sizes[1], sizes[3], x[3]}};
  return {{x[0], x[1], sizes[1], sizes[3]}};
}

}  // namespace resample

extern "C" int64_t paddle_resample_interpolate_forward(
    const void* x, void* y, int64_t planes, int64_t channels, int64_t mode, int64_t height,
    int64_t to_height, int64_t width, int64_t to_width, int64_t corners, int64_t doubles,
    float row_step, float column_step) {
  return resample::has_run([&] {
    const int64_t sizes[] = {height, to_height, width, to_width};
    const float steps[] = {row_step, column_step};
    resample::of_width(doubles, [&](auto zero) {
      using T = decltype(zero);
      resample::apply_bands_at(static_cast<const T*>(x), static_cast<T*>(y), planes, channels,
                               mode, sizes, steps, corners, false);
    });
  });
}

PD_BUILD_OP(paddle_resample_interpolate)
    .Inputs({"X"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(interpolate, 1);

PD_BUILD_GRAD_OP(paddle_resample_interpolate)
    .Inputs({paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(interpolate_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_interpolate)
    .Inputs({paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(interpolate);
