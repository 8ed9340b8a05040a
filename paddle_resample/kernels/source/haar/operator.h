// Paddle operators paddle_resample_haar and paddle_resample_haar_inverse. The gradient of
// each is the other one's arithmetic, and the gradient of that its own again.
#pragma once
#include "haar/haar.h"
#include "platform/operator.h"

namespace resample {

Tensors haar_bands(const paddle::Tensor& x, bool replicate) {
  const Shape s = x.shape();
  const int64_t rows = (s[2] + 1) / 2, columns = (s[3] + 1) / 2;
  auto low = empty({s[0], s[1], rows, columns}, x);
  auto high = empty({s[0], 3 * s[1], rows, columns}, x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    Haar<T>{s[0], s[1], s[2], s[3]}.analyse(
        x.data<T>(), replicate, low.template data<T>(), high.template data<T>());
  });
  return {low, high};
}

// size: (height, width) of x. Of two gradients Paddle leaves out one that is not needed.
Tensors haar_map(const paddle::Tensor& low, const paddle::Tensor& high, bool replicated,
                 const std::vector<int64_t>& size) {
  const bool has_low = low.initialized(), has_high = high.initialized();
  const paddle::Tensor& known = has_low ? low : high;
  Shape s = known.shape();
  if (!has_low) s[1] /= 3;
  const auto absent = [&](int64_t channels) {
    return zeros({s[0], channels, s[2], s[3]}, known);
  };
  const paddle::Tensor bands[2] = {has_low ? low : absent(s[1]),
                                   has_high ? high : absent(3 * s[1])};
  auto x = empty({s[0], s[1], size[0], size[1]}, known);
  of_type(known, [&](auto zero) {
    using T = decltype(zero);
    Haar<T>{s[0], s[1], size[0], size[1]}.synthesise(
        bands[0].data<T>(), bands[1].data<T>(), replicated, x.template data<T>());
  });
  return {x};
}

Tensors haar(const paddle::Tensor& x, bool replicate, const std::vector<int64_t>&) {
  return haar_bands(x, replicate);
}

Tensors haar_grad(const paddle::Tensor& low, const paddle::Tensor& high, bool replicate,
                  const std::vector<int64_t>& size) {
  return haar_map(low, high, replicate, size);
}

Tensors haar_inverse(const paddle::Tensor& low, const paddle::Tensor& high,
                     const std::vector<int64_t>& size) {
  return haar_map(low, high, false, size);
}

Tensors haar_inverse_grad(const paddle::Tensor& dy, const std::vector<int64_t>&) {
  return haar_bands(dy, false);
}

std::vector<Shape> haar_shapes(const Shape& x, bool, const std::vector<int64_t>&) {
  const int64_t rows = (x[2] + 1) / 2, columns = (x[3] + 1) / 2;
  return {{x[0], x[1], rows, columns}, {x[0], 3 * x[1], rows, columns}};
}

std::vector<Shape> haar_inverse_shapes(const Shape& low, const Shape&,
                                       const std::vector<int64_t>& size) {
  return {{low[0], low[1], size[0], size[1]}};
}

}  // namespace resample

PD_BUILD_OP(paddle_resample_haar)
    .Inputs({"X"})
    .Outputs({"Low", "High"})
    RESAMPLE_FORWARD(haar, 2);

PD_BUILD_GRAD_OP(paddle_resample_haar)
    .Inputs({paddle::Grad("Low"), paddle::Grad("High")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(haar_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_haar)
    .Inputs({paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad(paddle::Grad("Low")), paddle::Grad(paddle::Grad("High"))})
    RESAMPLE_GRADIENT(haar);

PD_BUILD_OP(paddle_resample_haar_inverse)
    .Inputs({"Low", "High"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(haar_inverse, 1);

PD_BUILD_GRAD_OP(paddle_resample_haar_inverse)
    .Inputs({paddle::Grad("Out")})
    .Outputs({paddle::Grad("Low"), paddle::Grad("High")})
    RESAMPLE_GRADIENT(haar_inverse_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_haar_inverse)
    .Inputs({paddle::Grad(paddle::Grad("Low")), paddle::Grad(paddle::Grad("High"))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(haar_inverse);
