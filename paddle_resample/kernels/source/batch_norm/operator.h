// Paddle operator paddle_resample_batch_norm over all axes but the second, with first and
// second gradients; float32. It changes the running mean and variance unless `fixed`.
#pragma once
#include "batch_norm/batch_norm.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

inline BatchNorm batch_norm_of(const paddle::Tensor& x, bool fixed) {
  const int64_t samples = x.shape()[0], channels = x.shape()[1];
  return {samples, channels, x.numel() / (samples * channels), fixed};
}

Tensors batch_norm(const paddle::Tensor& x, const paddle::Tensor& weight,
                   const paddle::Tensor& bias, const paddle::Tensor& mean,
                   const paddle::Tensor& variance, bool fixed, float momentum, float epsilon) {
  auto y = empty(x.shape(), x), moments = empty({2, x.shape()[1]}, x);
  // Their memory is the layer's, as in Paddle's operator.
  const BatchNorm::Statistics running = {const_cast<float*>(mean.data<float>()),
                                         const_cast<float*>(variance.data<float>()), momentum,
                                         epsilon};
  batch_norm_of(x, fixed).forward(x.data<float>(), weight.data<float>(), bias.data<float>(),
                                  running, moments.data<float>(), y.data<float>());
  return {y, moments};
}

Tensors batch_norm_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                        const paddle::Tensor& moments, const paddle::Tensor& dy, bool fixed,
                        float, float) {
  auto dx = empty(x.shape(), x), dweight = empty(weight.shape(), x);
  auto dbias = empty(weight.shape(), x);
  batch_norm_of(x, fixed).backward(x.data<float>(), moments.data<float>(), weight.data<float>(),
                                   dy.data<float>(), dx.data<float>(), dweight.data<float>(),
                                   dbias.data<float>());
  return {dx, dweight, dbias};
}

// From the gradients of dx, dweight and dbias, which are absent where nobody used them.
Tensors batch_norm_grad_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                             const paddle::Tensor& moments, const paddle::Tensor& dy,
                             const paddle::Tensor& of_dx, const paddle::Tensor& of_dweight,
                             const paddle::Tensor& of_dbias, bool fixed, float, float) {
  const auto numbers = [](const paddle::Tensor& t) {
    return t.initialized() ? t.data<float>() : nullptr;
  };
  auto of_x = empty(x.shape(), x), of_weight = empty(weight.shape(), x);
  auto of_dy = empty(x.shape(), x);
  batch_norm_of(x, fixed).backward_twice(
      x.data<float>(), moments.data<float>(), weight.data<float>(), dy.data<float>(),
      numbers(of_dx), numbers(of_dweight), numbers(of_dbias), of_x.data<float>(),
      of_weight.data<float>(), of_dy.data<float>());
  return {of_x, of_weight, zeros(moments), of_dy};  // one for every input
}

std::vector<Shape> batch_norm_shapes(const Shape& x, const Shape&, const Shape&, const Shape&,
                                     const Shape&, bool, float, float) {
  return {x, {2, x[1]}};
}

}  // namespace resample

// By the running mean and variance, which stay.
extern "C" int64_t paddle_resample_batch_norm_fixed(const float* x, const float* weight,
                                                    const float* bias, float* mean,
                                                    float* variance, float* y, int64_t samples,
                                                    int64_t channels, int64_t pixels,
                                                    float epsilon) {
  return resample::has_run([&] {
    std::vector<float> moments(2 * channels);
    resample::BatchNorm{samples, channels, pixels, true}.forward(
        x, weight, bias, {mean, variance, 0, epsilon}, moments.data(), y);
  });
}

PD_BUILD_OP(paddle_resample_batch_norm)
    .Inputs({"X", "Weight", "Bias", "Mean", "Variance"})
    .Outputs({"Out", "Moments"})
    RESAMPLE_FORWARD(batch_norm, 2);

PD_BUILD_GRAD_OP(paddle_resample_batch_norm)
    .Inputs({"X", "Weight", "Moments", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias")})
    RESAMPLE_GRADIENT(batch_norm_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_batch_norm)
    .Inputs({"X", "Weight", "Moments", paddle::Grad("Out"), paddle::Grad(paddle::Grad("X")),
             paddle::Grad(paddle::Grad("Weight")), paddle::Grad(paddle::Grad("Bias"))})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Moments"),
              paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(batch_norm_grad_grad);
