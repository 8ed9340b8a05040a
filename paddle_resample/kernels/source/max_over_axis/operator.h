// Paddle operator paddle_resample_max_over_axis, with first and second gradients; float32.
#pragma once
#include "max_over_axis/max_over_axis.h"
#include "platform/operator.h"

namespace resample {

inline MaxOverAxis max_over(const Shape& x, int64_t axis, bool divides) {
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= x[i];
  for (size_t i = axis + 1; i < x.size(); ++i) inner *= x[i];
  return {outer, x[axis], inner, divides};
}

std::vector<Shape> max_over_axis_shapes(const Shape& x, int64_t axis, bool keeps, bool) {
  Shape made = x;
  if (keeps) {
    made[axis] = 1;
  } else {
    made.erase(made.begin() + axis);
  }
  return {made};
}

Tensors max_over_axis(const paddle::Tensor& x, int64_t axis, bool keeps, bool divides) {
  auto y = empty(max_over_axis_shapes(x.shape(), axis, keeps, divides)[0], x);
  max_over(x.shape(), axis, divides).forward(x.data<float>(), y.data<float>());
  return {y};
}

Tensors max_over_axis_grad(const paddle::Tensor& x, const paddle::Tensor& y,
                           const paddle::Tensor& dy, int64_t axis, bool, bool divides) {
  auto dx = empty(x.shape(), x);
  max_over(x.shape(), axis, divides)
      .backward(x.data<float>(), y.data<float>(), dy.data<float>(), dx.data<float>());
  return {dx};
}

// The gradient of dy; those of x and y are 0.
Tensors max_over_axis_grad_grad(const paddle::Tensor& x, const paddle::Tensor& y,
                                const paddle::Tensor& of_dx, int64_t axis, bool, bool divides) {
  auto of_dy = empty(y.shape(), y);
  max_over(x.shape(), axis, divides)
      .backward_twice(x.data<float>(), y.data<float>(), of_dx.data<float>(),
                      of_dy.data<float>());
  return {zeros(x), zeros(y), of_dy};
}

}  // namespace resample

PD_BUILD_OP(paddle_resample_max_over_axis)
    .Inputs({"X"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(max_over_axis, 1);

PD_BUILD_GRAD_OP(paddle_resample_max_over_axis)
    .Inputs({"X", "Out", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(max_over_axis_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_max_over_axis)
    .Inputs({"X", "Out", paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad("X"), paddle::Grad("Out"), paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(max_over_axis_grad_grad);
