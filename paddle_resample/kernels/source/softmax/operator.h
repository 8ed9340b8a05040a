// Paddle operators paddle_resample_softmax, over any axis, and
// paddle_resample_cross_entropy, over the second one; float32.
#pragma once
#include "softmax/channels.h"
#include "softmax/cross_entropy.h"
#include "softmax/softmax.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

inline ChannelSoftmax over_axis(const Shape& x, int64_t axis) {
  ChannelSoftmax over{1, x[axis], 1};
  for (int64_t i = 0; i < axis; ++i) over.n *= x[i];
  for (size_t i = axis + 1; i < x.size(); ++i) over.pixels *= x[i];
  return over;
}

// Call rows(n, width) for the last axis, channels() for another one.
template <typename Rows, typename Channels>
void of_layout(const ChannelSoftmax& over, const Rows& rows, const Channels& channels) {
  over.pixels == 1 ? rows(over.n, over.channels) : channels();
}

inline void softmax_at(const ChannelSoftmax& over, const float* from, float* to) {
  of_layout(
      over, [&](int64_t n, int64_t width) { softmax_rows(n, width, from, to); },
      [&] { over.forward(from, to, [](auto...) {}); });
}

Tensors softmax(const paddle::Tensor& x, int64_t axis) {
  auto y = empty(x.shape(), x);
  softmax_at(over_axis(x.shape(), axis), x.data<float>(), y.data<float>());
  return {y};
}

Tensors softmax_grad(const paddle::Tensor& y, const paddle::Tensor& dy, int64_t axis) {
  auto dx = empty(y.shape(), y);
  const float *const made = y.data<float>(), *const above = dy.data<float>();
  float* const to = dx.data<float>();
  const ChannelSoftmax over = over_axis(y.shape(), axis);
  of_layout(
      over, [&](int64_t n, int64_t width) { softmax_rows_grad(n, width, made, above, to); },
      [&] { over.backward(made, above, to); });
  return {dx};
}

std::vector<Shape> softmax_shapes(const Shape& x, int64_t) { return {x}; }

// Call work(CrossEntropy, labels) with the type of the labels.
template <typename Work>
void with_labels(const Shape& x, const paddle::Tensor& labels, int64_t ignored,
                 const Work& work) {
  const int64_t pixels = labels.numel() / x[0];
  if (labels.dtype() == paddle::DataType::INT64) {
    work(CrossEntropy<int64_t>{{x[0], x[1], pixels}, ignored}, labels.data<int64_t>());
  } else {
    work(CrossEntropy<int32_t>{{x[0], x[1], pixels}, ignored}, labels.data<int32_t>());
  }
}

Tensors cross_entropy(const paddle::Tensor& x, const paddle::Tensor& labels, int64_t ignored) {
  auto probabilities = empty(x.shape(), x), loss = empty(labels.shape(), x);
  with_labels(x.shape(), labels, ignored, [&](const auto& entropy, const auto* label) {
    const bool good = entropy.forward(x.data<float>(), label, probabilities.data<float>(),
                                      loss.data<float>());
    PD_CHECK(good, "cross_entropy: a label is neither a class nor the ignored one");
  });
  return {loss, probabilities};
}

Tensors cross_entropy_grad(const paddle::Tensor& labels, const paddle::Tensor& probabilities,
                           const paddle::Tensor& dloss, int64_t ignored) {
  auto dx = empty(probabilities.shape(), probabilities);
  with_labels(probabilities.shape(), labels, ignored, [&](const auto& entropy, const auto* label) {
    entropy.backward(probabilities.data<float>(), label, dloss.data<float>(), dx.data<float>());
  });
  return {dx};
}

std::vector<Shape> cross_entropy_shapes(const Shape& x, const Shape& labels, int64_t) {
  return {labels, x};
}

}  // namespace resample

extern "C" int64_t paddle_resample_softmax_forward(const float* x, float* y, int64_t n,
                                                   int64_t channels, int64_t pixels) {
  return resample::has_run([&] {
    resample::softmax_at({n, channels, pixels}, x, y);
  });
}

PD_BUILD_OP(paddle_resample_softmax)
    .Inputs({"X"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(softmax, 1);

PD_BUILD_GRAD_OP(paddle_resample_softmax)
    .Inputs({"Out", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(softmax_grad);

PD_BUILD_OP(paddle_resample_cross_entropy)
    .Inputs({"X", "Labels"})
    .Outputs({"Out", "Probabilities"})
    RESAMPLE_FORWARD(cross_entropy, 2);

PD_BUILD_GRAD_OP(paddle_resample_cross_entropy)
    .Inputs({"Labels", "Probabilities", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(cross_entropy_grad);
