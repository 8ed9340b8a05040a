// Paddle operator paddle_resample_strided_filter, with a gradient of x, whose gradient is
// the filter again; none of the kernel.
#pragma once
#include "platform/function.h"
#include "platform/operator.h"
#include "strided_filter/strided_filter.h"

namespace resample {

template <typename T>
StridedFilter<T> filter_at(const T* kernel, int64_t taps, int64_t stride,
                           const int64_t* padding, int64_t border, const int64_t* size) {
  const int64_t least = std::min(size[0], size[1]);
  PD_CHECK(least + padding[0] + padding[1] >= taps &&
               (border != kMirror || std::max(padding[0], padding[1]) < least),
           "strided_filter: the map is too small");
  const auto axis = [&](int k) {
    return FilterAxis{size[k], padding[0], padding[1], border, taps, stride};
  };
  return {axis(0), axis(1), kernel};
}

template <typename T>
StridedFilter<T> filter_of(const paddle::Tensor& kernel, int64_t stride,
                           const std::vector<int64_t>& padding, int64_t border,
                           const std::vector<int64_t>& size) {
  return filter_at(kernel.data<T>(), kernel.shape()[3], stride, padding.data(), border,
                   size.data());
}

Shape filtered_shape(const Shape& x, int64_t taps, int64_t stride,
                     const std::vector<int64_t>& padding) {
  const int64_t added = padding[0] + padding[1] - taps;
  return {x[0], x[1], (x[2] + added) / stride + 1, (x[3] + added) / stride + 1};
}

Tensors strided_filter(const paddle::Tensor& x, const paddle::Tensor& kernel,
                       int64_t stride, const std::vector<int64_t>& padding,
                       int64_t border, const std::vector<int64_t>& size) {
  const Shape s = x.shape();
  auto y = empty(filtered_shape(s, kernel.shape()[3], stride, padding), x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    filter_of<T>(kernel, stride, padding, border, size)
        .forward(x.data<T>(), y.template data<T>(), s[0] * s[1]);
  });
  return {y};
}

Tensors strided_filter_grad(const paddle::Tensor& kernel, const paddle::Tensor& dy,
                            int64_t stride, const std::vector<int64_t>& padding,
                            int64_t border, const std::vector<int64_t>& size) {
  const Shape s = dy.shape();
  auto dx = empty({s[0], s[1], size[0], size[1]}, dy);
  of_type(dy, [&](auto zero) {
    using T = decltype(zero);
    filter_of<T>(kernel, stride, padding, border, size)
        .backward(dy.data<T>(), dx.template data<T>(), s[0] * s[1]);
  });
  return {dx};
}

Tensors strided_filter_grad_grad(const paddle::Tensor& kernel, const paddle::Tensor& ddx,
                                 int64_t stride, const std::vector<int64_t>& padding,
                                 int64_t border, const std::vector<int64_t>& size) {
  return strided_filter(ddx, kernel, stride, padding, border, size);
}

std::vector<Shape> strided_filter_shapes(const Shape& x, const Shape& kernel,
                                         int64_t stride,
                                         const std::vector<int64_t>& padding, int64_t,
                                         const std::vector<int64_t>&) {
  return {filtered_shape(x, kernel[3], stride, padding)};
}

}  // namespace resample

extern "C" int64_t paddle_resample_strided_filter_forward(
    const void* x, const void* kernel, void* y, int64_t planes, int64_t height, int64_t width,
    int64_t taps, int64_t stride, int64_t above, int64_t below, int64_t border,
    int64_t doubles) {
  return resample::has_run([&] {
    const int64_t padding[] = {above, below}, size[] = {height, width};
    resample::of_width(doubles, [&](auto zero) {
      using T = decltype(zero);
      const auto* const weights = static_cast<const T*>(kernel);
      resample::filter_at(weights, taps, stride, padding, border, size)
          .forward(static_cast<const T*>(x), static_cast<T*>(y), planes);
    });
  });
}

PD_BUILD_OP(paddle_resample_strided_filter)
    .Inputs({"X", "Kernel"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(strided_filter, 1);

PD_BUILD_GRAD_OP(paddle_resample_strided_filter)
    .Inputs({"Kernel", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(strided_filter_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_strided_filter)
    .Inputs({"Kernel", paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(strided_filter_grad_grad);
