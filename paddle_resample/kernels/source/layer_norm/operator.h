// Paddle operator paddle_resample_layer_norm, over the axes of the weight, which are the
// last ones; float32.
#pragma once
#include "layer_norm/layer_norm.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

inline LayerNorm layer_norm_of(const paddle::Tensor& x, const paddle::Tensor& weight,
                               float epsilon) {
  return {x.numel() / weight.numel(), weight.numel(), epsilon};
}

Tensors layer_norm(const paddle::Tensor& x, const paddle::Tensor& weight,
                   const paddle::Tensor& bias, float epsilon) {
  auto y = empty(x.shape(), x);
  layer_norm_of(x, weight, epsilon)
      .forward(x.data<float>(), weight.data<float>(), bias.data<float>(), y.data<float>());
  return {y};
}

Tensors layer_norm_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                        const paddle::Tensor& dy, float epsilon) {
  auto dx = empty(x.shape(), x), dweight = empty(weight.shape(), x);
  auto dbias = empty(weight.shape(), x);
  layer_norm_of(x, weight, epsilon)
      .backward(x.data<float>(), weight.data<float>(), dy.data<float>(), dx.data<float>(),
                dweight.data<float>(), dbias.data<float>());
  return {dx, dweight, dbias};
}

std::vector<Shape> layer_norm_shapes(const Shape& x, const Shape&, const Shape&, float) {
  return {x};
}

}  // namespace resample

extern "C" int64_t paddle_resample_layer_norm_forward(const float* x, const float* weight,
                                                      const float* bias, float* y, int64_t rows,
                                                      int64_t width, float epsilon) {
  return resample::has_run([&] {
    resample::LayerNorm{rows, width, epsilon}.forward(x, weight, bias, y);
  });
}

PD_BUILD_OP(paddle_resample_layer_norm)
    .Inputs({"X", "Weight", "Bias"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(layer_norm, 1);

PD_BUILD_GRAD_OP(paddle_resample_layer_norm)
    .Inputs({"X", "Weight", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias")})
    RESAMPLE_GRADIENT(layer_norm_grad);
