// Paddle operator paddle_resample_pool2d, with first and second gradients; float32.
//
// `how` is kernel (2), stride (2), padding at the top and left, height and width made.
#pragma once
#include "platform/function.h"
#include "platform/operator.h"
#include "pool2d/pool2d.h"

namespace resample {

inline Pool pool_of(const Shape& x, bool largest, bool inside_only, const Shape& how) {
  return {x[0] * x[1], x[2],   x[3],   how[6], how[7],  how[0],     how[1],
          how[2],      how[3], how[4], how[5], largest, inside_only};
}

Tensors pool2d(const paddle::Tensor& x, bool largest, bool inside_only, const Shape& how) {
  auto y = empty({x.shape()[0], x.shape()[1], how[6], how[7]}, x);
  pool_of(x.shape(), largest, inside_only, how).forward(x.data<float>(), y.data<float>());
  return {y};
}

Tensors pool2d_grad(const paddle::Tensor& x, const paddle::Tensor& y, const paddle::Tensor& dy,
                    bool largest, bool inside_only, const Shape& how) {
  auto dx = empty(x.shape(), x);
  pool_of(x.shape(), largest, inside_only, how)
      .backward(x.data<float>(), y.data<float>(), dy.data<float>(), dx.data<float>());
  return {dx};
}

// The gradient of dy; those of x and y are 0.
Tensors pool2d_grad_grad(const paddle::Tensor& x, const paddle::Tensor& y,
                         const paddle::Tensor& of_dx, bool largest, bool inside_only,
                         const Shape& how) {
  auto of_dy = empty(y.shape(), y);
  pool_of(x.shape(), largest, inside_only, how)
      .backward_twice(x.data<float>(), y.data<float>(), of_dx.data<float>(),
                      of_dy.data<float>());
  return {zeros(x), zeros(y), of_dy};
}

std::vector<Shape> pool2d_shapes(const Shape& x, bool, bool, const Shape& how) {
  return {{x[0], x[1], how[6], how[7]}};
}

}  // namespace resample

extern "C" int64_t paddle_resample_pool2d_forward(const float* x, float* y, int64_t planes,
                                                  int64_t height, int64_t width,
                                                  int64_t kernel_height, int64_t kernel_width,
                                                  int64_t stride_height, int64_t stride_width,
                                                  int64_t top, int64_t left, int64_t to_height,
                                                  int64_t to_width, int64_t largest,
                                                  int64_t inside_only) {
  return resample::has_run([&] {
    const resample::Shape how = {kernel_height, kernel_width, stride_height, stride_width,
                                 top,           left,         to_height,     to_width};
    resample::pool_of({1, planes, height, width}, largest, inside_only, how).forward(x, y);
  });
}

PD_BUILD_OP(paddle_resample_pool2d)
    .Inputs({"X"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(pool2d, 1);

PD_BUILD_GRAD_OP(paddle_resample_pool2d)
    .Inputs({"X", "Out", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(pool2d_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_pool2d)
    .Inputs({"X", "Out", paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad("X"), paddle::Grad("Out"), paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(pool2d_grad_grad);
