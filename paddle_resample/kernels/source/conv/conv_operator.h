// Paddle operators paddle_resample_conv2d and paddle_resample_conv2d_transpose: float32
// convolution of maps by oneDNN, with first and second gradients.
//
// `how` is stride (2), dilation (2), padding at the top, left, bottom and right, groups;
// of the transposed convolution also the output's height and width.
#pragma once
#include "conv/conv.h"
#include "conv/conv_bias.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

using How = std::vector<int64_t>;

inline const float* data_of(const paddle::Tensor& tensor) { return tensor.data<float>(); }
inline float* room_of(paddle::Tensor& tensor) { return tensor.data<float>(); }

inline int64_t conv_side(int64_t side, int64_t kernel, int64_t stride, int64_t dilation,
                         int64_t padding) {
  return (side + padding - dilation * (kernel - 1) - 1) / stride + 1;
}

inline ConvShape conv_shape(const Shape& x, const Shape& weight, const How& how) {
  return {x[0],
          x[1],
          x[2],
          x[3],
          weight[0],
          conv_side(x[2], weight[2], how[0], how[2], how[4] + how[6]),
          conv_side(x[3], weight[3], how[1], how[3], how[5] + how[7]),
          weight[2],
          weight[3],
          how[0],
          how[1],
          how[2],
          how[3],
          how[4],
          how[5],
          how[6],
          how[7],
          how[8]};
}

// The convolution whose gradient the transposed one is: from what it makes to what it
// takes.
inline ConvShape turned_shape(const Shape& x, const Shape& weight, const How& how) {
  const Shape made = {x[0], weight[1] * how[8], how[9], how[10]};
  return conv_shape(made, weight, how);
}

Shape conv2d_made(const Shape& x, const Shape& weight, const How& how) {
  const ConvShape s = conv_shape(x, weight, how);
  return {s.n, s.made, s.to_h, s.to_w};
}

Shape conv2d_transpose_made(const Shape& x, const Shape& weight, const How& how) {
  return {x[0], weight[1] * how[8], how[9], how[10]};
}

// A convolution, and the transposed one, in the same words.
struct Straight {
  ConvShape shape;
  Straight(const Shape& x, const Shape& weight, const How& how)
      : shape(conv_shape(x, weight, how)) {}
  static Shape made(const Shape& x, const Shape& weight, const How& how) {
    return conv2d_made(x, weight, how);
  }
  void forward(const float* x, const float* weight, const float* bias, float* y) const {
    conv_forward(shape, x, weight, bias, y);
  }
  void to_x(const float* dy, const float* weight, float* dx) const {
    conv_to_x(shape, dy, weight, dx);
  }
  void to_weight(const float* x, const float* dy, float* dweight, float* dbias) const {
    conv_to_weight(shape, x, dy, dweight, dbias);
  }
  void to_bias(const float* dy, float* dbias) const {
    sum_channels(shape.n, shape.made, shape.to_h * shape.to_w, dy, dbias);
  }
};

struct Turned {
  ConvShape shape;
  Turned(const Shape& x, const Shape& weight, const How& how)
      : shape(turned_shape(x, weight, how)) {}
  static Shape made(const Shape& x, const Shape& weight, const How& how) {
    return conv2d_transpose_made(x, weight, how);
  }
  void forward(const float* x, const float* weight, const float* bias, float* y) const {
    conv_to_x(shape, x, weight, y);
    if (bias != nullptr) add_bias(shape.n, shape.channels, shape.h * shape.w, bias, y);
  }
  void to_x(const float* dy, const float* weight, float* dx) const {
    conv_forward(shape, dy, weight, nullptr, dx);
  }
  void to_weight(const float* x, const float* dy, float* dweight, float* dbias) const {
    conv_to_weight(shape, dy, x, dweight, nullptr);
    if (dbias != nullptr) to_bias(dy, dbias);
  }
  void to_bias(const float* dy, float* dbias) const {
    sum_channels(shape.n, shape.channels, shape.h * shape.w, dy, dbias);
  }
};

template <typename Conv>
Tensors conv(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& bias,
             bool biased, const How& how, bool, bool, bool) {
  auto y = empty(Conv::made(x.shape(), weight.shape(), how), x);
  Conv(x.shape(), weight.shape(), how)
      .forward(data_of(x), data_of(weight), biased ? data_of(bias) : nullptr, room_of(y));
  return {y};
}

template <typename Conv>
void conv_at(const float* x, const float* weight, const float* bias, const int64_t* numbers,
             int64_t count, float* y) {
  const int64_t *const of_weight = numbers + 4, *const how = of_weight + 4;
  Conv({numbers, of_weight}, {of_weight, how}, {how, how + count}).forward(x, weight, bias, y);
}

template <typename Conv>
Tensors conv_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                  const paddle::Tensor& bias, const paddle::Tensor& dy, bool, const How& how,
                  bool for_x, bool for_weight, bool for_bias) {
  const Conv run(x.shape(), weight.shape(), how);
  // What nobody asked for stays unwritten.
  auto dx = empty(x.shape(), x), dweight = empty(weight.shape(), x);
  auto dbias = empty(bias.shape(), x);
  if (for_x) run.to_x(data_of(dy), data_of(weight), room_of(dx));
  if (for_weight) {
    run.to_weight(data_of(x), data_of(dy), room_of(dweight),
                  for_bias ? room_of(dbias) : nullptr);
  } else if (for_bias) {
    run.to_bias(data_of(dy), room_of(dbias));
  }
  return {dx, dweight, dbias};
}

// The gradients of x, weight and dy from those of dx, dweight and dbias, which are
// absent where nobody used them. All three are products of two of them, so each of
// theirs is a convolution again.
template <typename Conv>
Tensors conv_grad_grad(const paddle::Tensor& x, const paddle::Tensor& weight,
                       const paddle::Tensor& bias, const paddle::Tensor& dy,
                       const paddle::Tensor& of_dx, const paddle::Tensor& of_dweight,
                       const paddle::Tensor& of_dbias, bool biased, const How& how, bool, bool,
                       bool) {
  const Conv run(x.shape(), weight.shape(), how);
  auto of_x = zeros(x), of_weight = zeros(weight), of_dy = zeros(dy);
  if (of_dx.initialized()) {
    run.to_weight(data_of(of_dx), data_of(dy), room_of(of_weight), nullptr);
    run.forward(data_of(of_dx), data_of(weight), nullptr, room_of(of_dy));
  }
  if (of_dweight.initialized()) {
    run.to_x(data_of(dy), data_of(of_dweight), room_of(of_x));
    auto more = empty(dy.shape(), dy);
    run.forward(data_of(x), data_of(of_dweight), nullptr, room_of(more));
    float* sum = room_of(of_dy);
    const float* rest = data_of(more);
    for (int64_t i = 0; i < dy.numel(); ++i) sum[i] += rest[i];
  }
  if (biased && of_dbias.initialized()) {
    const Shape made = dy.shape();
    add_bias(made[0], made[1], made[2] * made[3], data_of(of_dbias), room_of(of_dy));
  }
  return {of_x, of_weight, zeros(bias), of_dy};  // one for every input
}

std::vector<Shape> conv2d_shapes(const Shape& x, const Shape& weight, const Shape&, bool,
                                 const How& how, bool, bool, bool) {
  return {conv2d_made(x, weight, how)};
}

std::vector<Shape> conv2d_transpose_shapes(const Shape& x, const Shape& weight, const Shape&,
                                           bool, const How& how, bool, bool, bool) {
  return {conv2d_transpose_made(x, weight, how)};
}

std::vector<paddle::DataType> conv_dtypes(paddle::DataType x, paddle::DataType,
                                          paddle::DataType) {
  return {x};
}

// Empty where oneDNN can be used, else [0, 1]: the caller asks before it calls the others.
Tensors conv_ready(const paddle::Tensor& x) {
  return {empty({onednn::library().obstacle.empty() ? 1 : 2}, x)};
}

}  // namespace resample

// Numbers are the shapes of x and the weight, then `how`.
extern "C" int64_t paddle_resample_conv2d_forward(const float* x, const float* weight,
                                                  const float* bias, const int64_t* numbers,
                                                  float* y) {
  return resample::has_run([&] {
    resample::conv_at<resample::Straight>(x, weight, bias, numbers, 9, y);
  });
}

extern "C" int64_t paddle_resample_conv2d_transpose_forward(const float* x, const float* weight,
                                                            const float* bias,
                                                            const int64_t* numbers, float* y) {
  return resample::has_run([&] {
    resample::conv_at<resample::Turned>(x, weight, bias, numbers, 11, y);
  });
}

PD_BUILD_OP(paddle_resample_conv_ready)
    .Inputs({"X"})
    .Outputs({"Out"})
    .SetKernelFn(PD_KERNEL(resample::conv_ready));

#define PADDLE_RESAMPLE_CONV(name, Conv)                                                       \
  PD_BUILD_OP(paddle_resample_##name)                                                          \
      .Inputs({"X", "Weight", "Bias"})                                                         \
      .Outputs({"Out"})                                                                        \
      .Attrs({"biased: bool", "how: std::vector<int64_t>", "for_x: bool", "for_weight: bool",  \
              "for_bias: bool"})                                                               \
      .SetKernelFn(PD_KERNEL(resample::conv<resample::Conv>))                                  \
      .SetInferShapeFn(PD_INFER_SHAPE(resample::name##_shapes))                                \
      .SetInferDtypeFn(PD_INFER_DTYPE(resample::conv_dtypes));                                 \
  PD_BUILD_GRAD_OP(paddle_resample_##name)                                                     \
      .Inputs({"X", "Weight", "Bias", paddle::Grad("Out")})                                    \
      .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias")})              \
      .Attrs({"biased: bool", "how: std::vector<int64_t>", "for_x: bool", "for_weight: bool",  \
              "for_bias: bool"})                                                               \
      .SetKernelFn(PD_KERNEL(resample::conv_grad<resample::Conv>));                            \
  PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_##name)                                              \
      .Inputs({"X", "Weight", "Bias", paddle::Grad("Out"), paddle::Grad(paddle::Grad("X")),    \
               paddle::Grad(paddle::Grad("Weight")), paddle::Grad(paddle::Grad("Bias"))})      \
      .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias"),               \
                paddle::Grad(paddle::Grad("Out"))})                                            \
      .Attrs({"biased: bool", "how: std::vector<int64_t>", "for_x: bool", "for_weight: bool",  \
              "for_bias: bool"})                                                               \
      .SetKernelFn(PD_KERNEL(resample::conv_grad_grad<resample::Conv>))

PADDLE_RESAMPLE_CONV(conv2d, Straight);
PADDLE_RESAMPLE_CONV(conv2d_transpose, Turned);
