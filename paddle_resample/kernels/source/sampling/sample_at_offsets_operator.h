// Paddle operator paddle_resample_sample_at_offsets, with gradients of x and the offsets
// (first order only).
#pragma once
#include "platform/operator.h"
#include "sampling/sample_at_offsets.h"

namespace resample {

// over: what the offsets of rows and columns are divided by; see OffsetAxis.
template <typename Work>
void with_sampling(const paddle::Tensor& x, const paddle::Tensor& offset, int64_t groups,
                   int64_t cell, int64_t padding, bool aligned, int64_t from_middle,
                   float reach, int64_t times, const std::vector<int64_t>& over,
                   const Work& work) {
  const Shape from = x.shape(), to = offset.shape();
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    const auto axis = [&](int k) {
      return OffsetAxis<T>(from[2 + k], to[2 + k] * cell, aligned, from_middle, T(reach),
                           T(times), T(over[k]));
    };
    const OffsetAxis<T> down = axis(0), right = axis(1);
    const Map<T> map = {from[2], from[3], kBilinear, padding, aligned};
    work(zero, OffsetSampling<T>(from[0], from[1], groups, cell, map, down, right));
  });
}

Tensors sample_at_offsets(const paddle::Tensor& x, const paddle::Tensor& offset,
                          int64_t groups, int64_t cell, int64_t padding, bool aligned,
                          int64_t from_middle, float reach, int64_t times,
                          const std::vector<int64_t>& over, bool, bool) {
  const Shape from = x.shape(), to = offset.shape();
  auto y = empty({from[0], from[1], to[2] * cell, to[3] * cell}, x);
  with_sampling(x, offset, groups, cell, padding, aligned, from_middle, reach, times,
                over, [&](auto zero, const auto& sampling) {
                  using T = decltype(zero);
                  sampling.forward(x.data<T>(), offset.data<T>(), y.template data<T>());
                });
  return {y};
}

Tensors sample_at_offsets_grad(const paddle::Tensor& x, const paddle::Tensor& offset,
                               const paddle::Tensor& dy, int64_t groups, int64_t cell,
                               int64_t padding, bool aligned, int64_t from_middle,
                               float reach, int64_t times,
                               const std::vector<int64_t>& over, bool for_x,
                               bool for_offset) {
  // A gradient that is not needed stays unwritten.
  auto dx = empty(x.shape(), x), doffset = empty(offset.shape(), x);
  with_sampling(x, offset, groups, cell, padding, aligned, from_middle, reach, times,
                over, [&](auto zero, const auto& sampling) {
                  using T = decltype(zero);
                  sampling.backward(x.data<T>(), offset.data<T>(), dy.data<T>(),
                                    for_x ? dx.template data<T>() : nullptr,
                                    for_offset ? doffset.template data<T>() : nullptr);
                });
  return {dx, doffset};
}

std::vector<Shape> sample_at_offsets_shapes(const Shape& x, const Shape& offset, int64_t,
                                            int64_t cell, int64_t, bool, int64_t, float,
                                            int64_t, const std::vector<int64_t>&, bool,
                                            bool) {
  return {{x[0], x[1], offset[2] * cell, offset[3] * cell}};
}

}  // namespace resample

PD_BUILD_OP(paddle_resample_sample_at_offsets)
    .Inputs({"X", "Offset"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(sample_at_offsets, 1);

PD_BUILD_GRAD_OP(paddle_resample_sample_at_offsets)
    .Inputs({"X", "Offset", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Offset")})
    RESAMPLE_GRADIENT(sample_at_offsets_grad);
