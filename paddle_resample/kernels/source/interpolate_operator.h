// Paddle operator paddle_resample_interpolate, 2-D. Its gradient applies the transposed
// bands, so it needs nothing but the gradient of the output; its own gradient is this.
#pragma once
#include "operators.h"
#include "separable.h"

namespace resample {

enum InterpolateMode { kNearest = 0, kLinear = 1, kCubic = 2, kArea = 3 };

template <typename T>
Band<T> interpolation(int64_t mode, int64_t in, int64_t out, float step, bool corners) {
  switch (mode) {
    case kNearest: return nearest_band<T>(in, out, step);
    case kLinear: return linear_band<T>(in, out, step, corners);
    case kCubic: return cubic_band<T>(in, out, step, corners);
  }
  return area_band<T>(in, out);
}

// sizes: in and out of the rows, then of the columns; steps: of both.
Tensors interpolate(const paddle::Tensor& x, int64_t mode,
                    const std::vector<int64_t>& sizes, const std::vector<float>& steps,
                    bool corners, bool last, bool backward) {
  const Shape given = x.shape();
  const int64_t height = backward ? sizes[0] : sizes[1];
  const int64_t width = backward ? sizes[2] : sizes[3];
  auto y = last ? empty({given[0], height, width, given[3]}, x)
                : empty({given[0], given[1], height, width}, x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    auto rows = interpolation<T>(mode, sizes[0], sizes[1], steps[0], corners);
    auto columns = interpolation<T>(mode, sizes[2], sizes[3], steps[1], corners);
    if (backward) {
      rows = transposed(rows);
      columns = transposed(columns);
    }
    const Separable<T> resample(rows, columns, last ? given[3] : 1);
    resample(x.data<T>(), y.template data<T>(), last ? given[0] : given[0] * given[1]);
  });
  return {y};
}

Tensors interpolate_forward(const paddle::Tensor& x, int64_t mode,
                            const std::vector<int64_t>& sizes,
                            const std::vector<float>& steps, bool corners, bool last) {
  return interpolate(x, mode, sizes, steps, corners, last, false);
}

Tensors interpolate_grad(const paddle::Tensor& dy, int64_t mode,
                         const std::vector<int64_t>& sizes,
                         const std::vector<float>& steps, bool corners, bool last) {
  return interpolate(dy, mode, sizes, steps, corners, last, true);
}

std::vector<Shape> interpolate_shapes(const Shape& x, int64_t,
                                      const std::vector<int64_t>& sizes,
                                      const std::vector<float>&, bool, bool last) {
  if (last) return {{x[0], sizes[1], sizes[3], x[3]}};
  return {{x[0], x[1], sizes[1], sizes[3]}};
}

std::vector<paddle::DataType> interpolate_dtypes(paddle::DataType x) { return {x}; }

}  // namespace resample

PD_BUILD_OP(paddle_resample_interpolate)
    .Inputs({"X"})
    .Outputs({"Out"})
    .Attrs({"mode: int64_t", "sizes: std::vector<int64_t>", "steps: std::vector<float>",
            "corners: bool", "last: bool"})
    .SetKernelFn(PD_KERNEL(resample::interpolate_forward))
    .SetInferShapeFn(PD_INFER_SHAPE(resample::interpolate_shapes))
    .SetInferDtypeFn(PD_INFER_DTYPE(resample::interpolate_dtypes));

PD_BUILD_GRAD_OP(paddle_resample_interpolate)
    .Inputs({paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    .Attrs({"mode: int64_t", "sizes: std::vector<int64_t>", "steps: std::vector<float>",
            "corners: bool", "last: bool"})
    .SetKernelFn(PD_KERNEL(resample::interpolate_grad));

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_interpolate)
    .Inputs({paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    .Attrs({"mode: int64_t", "sizes: std::vector<int64_t>", "steps: std::vector<float>",
            "corners: bool", "last: bool"})
    .SetKernelFn(PD_KERNEL(resample::interpolate_forward));
