// Paddle operator paddle_resample_max_unpool of maps and volumes. Its gradient takes the
// values where they were put, and the gradient of that is this one again.
#pragma once
#include "max_unpool/max_unpool.h"
#include "platform/operator.h"

namespace resample {

// Call work(MaxUnpool, indices) with the type of the indices.
template <typename T, typename Work>
void with_indices(const paddle::Tensor& indices, const std::vector<int64_t>& size,
                  const Work& work) {
  const Shape shape = indices.shape();
  const int64_t planes = shape[0] * shape[1], kept = indices.numel() / planes;
  int64_t whole = 1;
  for (int64_t side : size) whole *= side;
  bool good;
  if (indices.dtype() == paddle::DataType::INT64) {
    good = work(MaxUnpool<T, int64_t>{planes, kept, whole}, indices.data<int64_t>());
  } else {
    good = work(MaxUnpool<T, int32_t>{planes, kept, whole}, indices.data<int32_t>());
  }
  PD_CHECK(good, "max_unpool: a position lies outside the map");
}

Shape unpooled_shape(const Shape& indices, const std::vector<int64_t>& size) {
  Shape shape = {indices[0], indices[1]};
  shape.insert(shape.end(), size.begin(), size.end());
  return shape;
}

Tensors max_unpool(const paddle::Tensor& x, const paddle::Tensor& indices,
                   const std::vector<int64_t>& size) {
  auto y = empty(unpooled_shape(x.shape(), size), x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    with_indices<T>(indices, size, [&](const auto& unpool, const auto* at) {
      return unpool.forward(x.data<T>(), at, y.template data<T>());
    });
  });
  return {y};
}

Tensors max_unpool_grad(const paddle::Tensor& indices, const paddle::Tensor& dy,
                        const std::vector<int64_t>& size) {
  auto dx = empty(indices.shape(), dy);
  of_type(dy, [&](auto zero) {
    using T = decltype(zero);
    with_indices<T>(indices, size, [&](const auto& unpool, const auto* at) {
      return unpool.backward(dy.data<T>(), at, dx.template data<T>());
    });
  });
  return {dx};
}

Tensors max_unpool_grad_grad(const paddle::Tensor& indices, const paddle::Tensor& ddx,
                             const std::vector<int64_t>& size) {
  return max_unpool(ddx, indices, size);
}

std::vector<Shape> max_unpool_shapes(const Shape& x, const Shape&,
                                     const std::vector<int64_t>& size) {
  return {unpooled_shape(x, size)};
}

}  // namespace resample

PD_BUILD_OP(paddle_resample_max_unpool)
    .Inputs({"X", "Indices"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(max_unpool, 1);

PD_BUILD_GRAD_OP(paddle_resample_max_unpool)
    .Inputs({"Indices", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(max_unpool_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_max_unpool)
    .Inputs({"Indices", paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(max_unpool_grad_grad);
