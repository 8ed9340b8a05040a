// Paddle operator paddle_resample_transpose: a copy in another order of axes; float32. Its
// gradient is the inverse order, and the gradient of that is this one again.
#pragma once
#include "permute/permute.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

Shape transpose_made(const Shape& x, const Shape& order) {
  Shape made(x.size());
  for (size_t i = 0; i < x.size(); ++i) made[i] = x[order[i]];
  return made;
}

Tensors transpose_to(const paddle::Tensor& x, const Shape& order) {
  auto y = empty(transpose_made(x.shape(), order), x);
  Permutation(x.shape(), order)(x.data<float>(), y.data<float>());
  return {y};
}

Tensors transpose_to_grad(const paddle::Tensor& dy, const Shape& order) {
  Shape back(order.size());
  for (size_t i = 0; i < order.size(); ++i) back[order[i]] = static_cast<int64_t>(i);
  return transpose_to(dy, back);
}

Tensors transpose_to_grad_grad(const paddle::Tensor& ddx, const Shape& order) {
  return transpose_to(ddx, order);
}

std::vector<Shape> transpose_to_shapes(const Shape& x, const Shape& order) {
  return {transpose_made(x, order)};
}

}  // namespace resample

// Numbers are the shape of x, then the order.
extern "C" int64_t paddle_resample_transpose_forward(const float* x, const int64_t* numbers,
                                                     float* y, int64_t rank) {
  return resample::has_run([&] {
    const int64_t *const order = numbers + rank, *const end = order + rank;
    resample::Permutation({numbers, order}, {order, end})(x, y);
  });
}

PD_BUILD_OP(paddle_resample_transpose)
    .Inputs({"X"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(transpose_to, 1);

PD_BUILD_GRAD_OP(paddle_resample_transpose)
    .Inputs({paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(transpose_to_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_transpose)
    .Inputs({paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(transpose_to_grad_grad);
