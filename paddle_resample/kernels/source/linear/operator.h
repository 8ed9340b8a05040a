// Paddle operator paddle_resample_linear, x weight + bias, with first and second
// gradients; float32.
#pragma once
#include "linear/linear.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

// x [rows, into], weight [into, out] and what is like them.
struct LinearShape {
  int64_t rows, into, out;
  LinearShape(const paddle::Tensor& x, const paddle::Tensor& weight)
      : rows(x.numel() / weight.shape()[0]), into(weight.shape()[0]), out(weight.shape()[1]) {}

  Factor x(const paddle::Tensor& t, bool turned = false) const {
    return factor(t, rows, into, turned);
  }
  Factor weight(const paddle::Tensor& t, bool turned = false) const {
    return factor(t, into, out, turned);
  }
  Factor y(const paddle::Tensor& t) const { return factor(t, rows, out, false); }

 private:
  static Factor factor(const paddle::Tensor& t, int64_t rows, int64_t columns, bool turned) {
    if (turned) return {t.data<float>(), columns, rows, true};
    return {t.data<float>(), rows, columns, false};
  }
};

Shape linear_made(Shape x, const Shape& weight) {
  x.back() = weight[1];
  return x;
}

Tensors linear(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& bias,
               bool biased, bool, bool, bool) {
  const LinearShape s(x, weight);
  auto y = empty(linear_made(x.shape(), weight.shape()), x);
  multiply(s.x(x), s.weight(weight), biased ? bias.data<float>() : nullptr, y.data<float>());
  return {y};
}

Tensors linear_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                    const paddle::Tensor& bias, const paddle::Tensor& dy, bool, bool for_x,
                    bool for_weight, bool for_bias) {
  const LinearShape s(x, weight);
  // What nobody asked for stays unwritten.
  auto dx = empty(x.shape(), x), dweight = empty(weight.shape(), x);
  auto dbias = empty(bias.shape(), x);
  if (for_x) multiply(s.y(dy), s.weight(weight, true), nullptr, dx.data<float>());
  if (for_weight) multiply(s.x(x, true), s.y(dy), nullptr, dweight.data<float>());
  if (for_bias) sum_rows(s.rows, s.out, dy.data<float>(), dbias.data<float>());
  return {dx, dweight, dbias};
}

// The gradients of x, weight and dy from those of dx, dweight and dbias, which are absent
// where nobody used them.
Tensors linear_grad_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                         const paddle::Tensor& bias, const paddle::Tensor& dy,
                         const paddle::Tensor& of_dx, const paddle::Tensor& of_dweight,
                         const paddle::Tensor& of_dbias, bool biased, bool, bool, bool) {
  const LinearShape s(x, weight);
  auto of_x = zeros(x), of_weight = zeros(weight), of_dy = zeros(dy);
  const float* added = biased && of_dbias.initialized() ? of_dbias.data<float>() : nullptr;
  float* const sum = of_dy.data<float>();
  if (of_dx.initialized()) {
    multiply(s.x(of_dx, true), s.y(dy), nullptr, of_weight.data<float>());
    multiply(s.x(of_dx), s.weight(weight), added, sum);
  } else if (added != nullptr) {
    for (int64_t i = 0; i < dy.numel(); ++i) sum[i] = added[i % s.out];
  }
  if (of_dweight.initialized()) {
    multiply(s.y(dy), s.weight(of_dweight, true), nullptr, of_x.data<float>());
    auto more = empty(dy.shape(), dy);
    multiply(s.x(x), s.weight(of_dweight), nullptr, more.data<float>());
    const float* rest = more.data<float>();
    for (int64_t i = 0; i < dy.numel(); ++i) sum[i] += rest[i];
  }
  return {of_x, of_weight, zeros(bias), of_dy};  // one for every input
}

std::vector<Shape> linear_shapes(const Shape& x, const Shape& weight, const Shape&, bool, bool,
                                 bool, bool) {
  return {linear_made(x, weight)};
}

}  // namespace resample

extern "C" int64_t paddle_resample_linear_forward(const float* x, const float* weight,
                                                  const float* bias, float* y, int64_t rows,
                                                  int64_t into, int64_t out) {
  return resample::has_run([&] {
    resample::multiply({x, rows, into, false}, {weight, into, out, false}, bias, y);
  });
}

PD_BUILD_OP(paddle_resample_linear)
    .Inputs({"X", "Weight", "Bias"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(linear, 1);

PD_BUILD_GRAD_OP(paddle_resample_linear)
    .Inputs({"X", "Weight", "Bias", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias")})
    RESAMPLE_GRADIENT(linear_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_linear)
    .Inputs({"X", "Weight", "Bias", paddle::Grad("Out"), paddle::Grad(paddle::Grad("X")),
             paddle::Grad(paddle::Grad("Weight")), paddle::Grad(paddle::Grad("Bias"))})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias"),
              paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(linear_grad_grad);
