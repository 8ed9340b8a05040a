// Paddle operator paddle_resample_pointwise_conv: a convolution with a kernel of one
// pixel, with first and second gradients.
#pragma once
#include "pointwise_conv/channel_mix.h"
#include "pointwise_conv/channel_products.h"
#include "platform/operator.h"

namespace resample {

// x [N, C, H, W], weight [O, C, 1, 1], bias [O], anything where not `biased`.
Tensors pointwise_conv(const paddle::Tensor& x, const paddle::Tensor& weight,
                       const paddle::Tensor& bias, bool biased, bool, bool, bool) {
  const Shape from = x.shape();
  const int64_t made = weight.shape()[0];
  auto y = empty({from[0], made, from[2], from[3]}, x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    const Matrix<T> matrix = {weight.data<T>(), made, from[1]};
    const ChannelMix<T> mix(matrix, from[0], from[2] * from[3]);
    mix(x.data<T>(), biased ? bias.data<T>() : nullptr, y.template data<T>());
  });
  return {y};
}

Tensors pointwise_conv_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                            const paddle::Tensor& bias, const paddle::Tensor& dy, bool,
                            bool for_x, bool for_weight, bool for_bias) {
  const Shape from = x.shape();
  const int64_t made = weight.shape()[0], pixels = from[2] * from[3];
  // A gradient that is not needed stays unwritten.
  auto dx = empty(from, x), dweight = empty(weight.shape(), x);
  auto dbias = empty(bias.shape(), x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    if (for_x) {
      const Matrix<T> matrix = {weight.data<T>(), from[1], made, true};
      const ChannelMix<T> mix(matrix, from[0], pixels);
      mix(dy.data<T>(), nullptr, dx.template data<T>());
    }
    if (!for_weight && !for_bias) return;
    const ChannelProducts<T> products(from[0], made, from[1], pixels);
    products(dy.data<T>(), x.data<T>(), for_weight ? dweight.template data<T>() : nullptr,
             for_bias ? dbias.template data<T>() : nullptr);
  });
  return {dx, dweight, dbias};
}

// Of dx = weight^T dy, dweight = dy x^T, dbias = sums of dy: the gradients of x, weight
// and dy from those of dx, dweight and dbias, which are zero where there are none.
Tensors pointwise_conv_grad_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                                 const paddle::Tensor& bias, const paddle::Tensor& dy,
                                 const paddle::Tensor& of_dx,
                                 const paddle::Tensor& of_dweight,
                                 const paddle::Tensor& of_dbias, bool biased, bool, bool,
                                 bool) {
  const Shape from = x.shape();
  const int64_t batch = from[0], in = from[1], pixels = from[2] * from[3];
  const int64_t made = weight.shape()[0];
  auto of_x = empty(from, x), of_weight = empty(weight.shape(), x);
  auto of_dy = empty(dy.shape(), x), more = empty(dy.shape(), x);
  const auto or_zeros = [](const paddle::Tensor& of, const paddle::Tensor& like) {
    return of.initialized() ? of
                            : paddle::full(like.shape(), 0, like.dtype(), like.place());
  };
  const auto for_dx = or_zeros(of_dx, x), for_dweight = or_zeros(of_dweight, weight);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    const Matrix<T> change = {for_dweight.template data<T>(), made, in};
    const Matrix<T> transposed = {for_dweight.template data<T>(), in, made, true};
    ChannelMix<T>(transposed, batch, pixels)(dy.data<T>(), nullptr,
                                             of_x.template data<T>());
    const ChannelProducts<T> products(batch, made, in, pixels);
    products(dy.data<T>(), for_dx.template data<T>(), of_weight.template data<T>(),
             nullptr);
    const Matrix<T> matrix = {weight.data<T>(), made, in};
    T *sum = of_dy.template data<T>(), *rest = more.template data<T>();
    ChannelMix<T>(matrix, batch, pixels)(for_dx.template data<T>(), nullptr, sum);
    const bool more_bias = biased && of_dbias.initialized();
    ChannelMix<T>(change, batch, pixels)(x.data<T>(),
                                         more_bias ? of_dbias.data<T>() : nullptr, rest);
    for (int64_t i = 0; i < batch * made * pixels; ++i) sum[i] += rest[i];
  });
  return {of_x, of_weight, or_zeros({}, bias), of_dy};  // one for every input
}

std::vector<Shape> pointwise_conv_shapes(const Shape& x, const Shape& weight,
                                         const Shape&, bool, bool, bool, bool) {
  return {{x[0], weight[0], x[2], x[3]}};
}

}  // namespace resample

PD_BUILD_OP(paddle_resample_pointwise_conv)
    .Inputs({"X", "Weight", "Bias"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(pointwise_conv, 1);

PD_BUILD_GRAD_OP(paddle_resample_pointwise_conv)
    .Inputs({"X", "Weight", "Bias", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias")})
    RESAMPLE_GRADIENT(pointwise_conv_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_pointwise_conv)
    .Inputs({"X", "Weight", "Bias", paddle::Grad("Out"), paddle::Grad(paddle::Grad("X")),
             paddle::Grad(paddle::Grad("Weight")), paddle::Grad(paddle::Grad("Bias"))})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias"),
              paddle::Grad(paddle::Grad("Out"))})
        RESAMPLE_GRADIENT(pointwise_conv_grad_grad);
