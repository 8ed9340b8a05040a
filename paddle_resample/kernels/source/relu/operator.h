// Paddle operators paddle_resample_relu and paddle_resample_relu6, with first and second
// gradients; float32.
#pragma once
#include "relu/relu.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

template <bool until_six>
Tensors rectified(const paddle::Tensor& x) {
  auto y = empty(x.shape(), x);
  relu_forward<until_six>(x.numel(), x.data<float>(), y.data<float>());
  return {y};
}

template <bool until_six>
Tensors rectified_grad(const paddle::Tensor& y, const paddle::Tensor& dy) {
  auto dx = empty(y.shape(), y);
  relu_backward<until_six>(y.numel(), y.data<float>(), dy.data<float>(), dx.data<float>());
  return {dx};
}

// The gradient of dy; that of y is 0, as y has only two slopes.
template <bool until_six>
Tensors rectified_grad_grad(const paddle::Tensor& y, const paddle::Tensor& of_dx) {
  return {zeros(y), rectified_grad<until_six>(y, of_dx)[0]};
}

std::vector<Shape> rectified_shapes(const Shape& x) { return {x}; }

}  // namespace resample

extern "C" int64_t paddle_resample_relu_forward(const float* x, float* y, int64_t count) {
  return resample::has_run([&] {
    resample::relu_forward<false>(count, x, y);
  });
}

extern "C" int64_t paddle_resample_relu6_forward(const float* x, float* y, int64_t count) {
  return resample::has_run([&] {
    resample::relu_forward<true>(count, x, y);
  });
}

#define PADDLE_RESAMPLE_RELU(name, until_six)                                     \
  PD_BUILD_OP(paddle_resample_##name)                                             \
      .Inputs({"X"})                                                              \
      .Outputs({"Out"})                                                           \
      .SetKernelFn(PD_KERNEL(resample::rectified<until_six>))                     \
      .SetInferShapeFn(PD_INFER_SHAPE(resample::rectified_shapes))                \
      .SetInferDtypeFn(resample::infer_dtype<1>());                               \
  PD_BUILD_GRAD_OP(paddle_resample_##name)                                        \
      .Inputs({"Out", paddle::Grad("Out")})                                       \
      .Outputs({paddle::Grad("X")})                                               \
      .SetKernelFn(PD_KERNEL(resample::rectified_grad<until_six>));               \
  PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_##name)                                 \
      .Inputs({"Out", paddle::Grad(paddle::Grad("X"))})                           \
      .Outputs({paddle::Grad("Out"), paddle::Grad(paddle::Grad("Out"))})          \
      .SetKernelFn(PD_KERNEL(resample::rectified_grad_grad<until_six>))

PADDLE_RESAMPLE_RELU(relu, false);
PADDLE_RESAMPLE_RELU(relu6, true);
