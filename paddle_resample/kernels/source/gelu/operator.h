// Paddle operator paddle_resample_gelu, the exact one; float32.
#pragma once
#include "gelu/gelu.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

Tensors gelu(const paddle::Tensor& x) {
  auto y = empty(x.shape(), x);
  gelu_forward(x.numel(), x.data<float>(), y.data<float>());
  return {y};
}

Tensors gelu_grad(const paddle::Tensor& x, const paddle::Tensor& dy) {
  auto dx = empty(x.shape(), x);
  gelu_backward(x.numel(), x.data<float>(), dy.data<float>(), dx.data<float>());
  return {dx};
}

std::vector<Shape> gelu_shapes(const Shape& x) { return {x}; }

}  // namespace resample

extern "C" int64_t paddle_resample_gelu_forward(const float* x, float* y, int64_t count) {
  return resample::has_run([&] {
    resample::gelu_forward(count, x, y);
  });
}

PD_BUILD_OP(paddle_resample_gelu)
    .Inputs({"X"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(gelu, 1);

PD_BUILD_GRAD_OP(paddle_resample_gelu)
    .Inputs({"X", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(gelu_grad);
