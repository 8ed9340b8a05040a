// Paddle operator paddle_resample_relu, with first and second gradients; float32.
#pragma once
#include "relu/relu.h"
#include "platform/operator.h"

namespace resample {

Tensors relu(const paddle::Tensor& x) {
  auto y = empty(x.shape(), x);
  relu_forward(x.numel(), x.data<float>(), y.data<float>());
  return {y};
}

Tensors relu_grad(const paddle::Tensor& y, const paddle::Tensor& dy) {
  auto dx = empty(y.shape(), y);
  relu_backward(y.numel(), y.data<float>(), dy.data<float>(), dx.data<float>());
  return {dx};
}

// The gradient of dy; that of y is 0, as y has only two slopes.
Tensors relu_grad_grad(const paddle::Tensor& y, const paddle::Tensor& of_dx) {
  return {paddle::full(y.shape(), 0, y.dtype(), y.place()), relu_grad(y, of_dx)[0]};
}

std::vector<Shape> relu_shapes(const Shape& x) { return {x}; }

}  // namespace resample

PD_BUILD_OP(paddle_resample_relu)
    .Inputs({"X"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(relu, 1);

PD_BUILD_GRAD_OP(paddle_resample_relu)
    .Inputs({"Out", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(relu_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_relu)
    .Inputs({"Out", paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad("Out"), paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(relu_grad_grad);
