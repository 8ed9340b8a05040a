// Paddle operator paddle_resample_max_unpool of maps and volumes. Its gradient takes the
// values where they were put, and the gradient of that is this one again.
#pragma once
#include "max_unpool/max_unpool.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

// Call work(MaxUnpool, indices) with the type of the indices.
template <typename T, typename Work>
void with_indices_at(const void* indices, bool wide, int64_t planes, int64_t kept,
                     int64_t whole, const Work& work) {
  const auto with = [&](auto zero) {
    using Index = decltype(zero);
    return work(MaxUnpool<T, Index>{planes, kept, whole}, static_cast<const Index*>(indices));
  };
  const bool good = wide ? with(int64_t()) : with(int32_t());
  PD_CHECK(good, "max_unpool: a position lies outside the map");
}

template <typename T, typename Work>
void with_indices(const paddle::Tensor& indices, const std::vector<int64_t>& size,
                  const Work& work) {
  const Shape shape = indices.shape();
  const int64_t planes = shape[0] * shape[1], kept = indices.numel() / planes;
  int64_t whole = 1;
  for (int64_t side : size) whole *= side;
  const bool wide = indices.dtype() == paddle::DataType::INT64;
  with_indices_at<T>(indices.data(), wide, planes, kept, whole, work);
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

extern "C" int64_t paddle_resample_max_unpool_forward(const void* x, const void* indices,
                                                      void* y, int64_t planes, int64_t kept,
                                                      int64_t whole, int64_t wide,
                                                      int64_t doubles) {
  return resample::has_run([&] {
    resample::of_width(doubles, [&](auto zero) {
      using T = decltype(zero);
      const auto put = [&](const auto& unpool, const auto* at) {
        return unpool.forward(static_cast<const T*>(x), at, static_cast<T*>(y));
      };
      resample::with_indices_at<T>(indices, wide, planes, kept, whole, put);
    });
  });
}

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
