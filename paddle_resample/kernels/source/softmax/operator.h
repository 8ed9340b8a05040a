// Paddle operators paddle_resample_softmax, over any axis, and
// paddle_resample_cross_entropy, over the second one; float32.
#pragma once
#include "softmax/channels.h"
#include "softmax/cross_entropy.h"
#include "softmax/softmax.h"
#include "platform/operator.h"

namespace resample {

// Call rows(n, width) where `axis` is the last one, else channels(ChannelSoftmax).
template <typename Rows, typename Channels>
void along_axis(const Shape& x, int64_t axis, const Rows& rows, const Channels& channels) {
  ChannelSoftmax over{1, x[axis], 1};
  for (int64_t i = 0; i < axis; ++i) over.n *= x[i];
  for (size_t i = axis + 1; i < x.size(); ++i) over.pixels *= x[i];
  over.pixels == 1 ? rows(over.n, over.channels) : channels(over);
}

Tensors softmax(const paddle::Tensor& x, int64_t axis) {
  auto y = empty(x.shape(), x);
  const float* const from = x.data<float>();
  float* const to = y.data<float>();
  along_axis(
      x.shape(), axis, [&](int64_t n, int64_t width) { softmax_rows(n, width, from, to); },
      [&](const ChannelSoftmax& over) { over.forward(from, to, [](auto...) {}); });
  return {y};
}

Tensors softmax_grad(const paddle::Tensor& y, const paddle::Tensor& dy, int64_t axis) {
  auto dx = empty(y.shape(), y);
  const float *const made = y.data<float>(), *const above = dy.data<float>();
  float* const to = dx.data<float>();
  along_axis(
      y.shape(), axis,
      [&](int64_t n, int64_t width) { softmax_rows_grad(n, width, made, above, to); },
      [&](const ChannelSoftmax& over) { over.backward(made, above, to); });
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
