// Paddle operator paddle_resample_concat of several arrays along one axis; float32. Its
// gradient takes apart, and the gradient of that is this one again.
#pragma once
#include "concat/concat.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

// Lengths are those of the arrays on the axis.
inline Concat concat_of(Shape made, int64_t axis, const Shape& lengths) {
  Concat how = {1, lengths};
  for (int64_t i = 0; i < axis; ++i) how.outer *= made[i];
  for (size_t i = axis + 1; i < made.size(); ++i) {
    for (int64_t& width : how.widths) width *= made[i];
  }
  return how;
}

inline Shape concat_made(Shape first, int64_t axis, const Shape& lengths) {
  first[axis] = 0;
  for (int64_t length : lengths) first[axis] += length;
  return first;
}

Tensors concat(const Tensors& arrays, int64_t axis, const Shape& lengths, const Shape&) {
  auto y = empty(concat_made(arrays[0].shape(), axis, lengths), arrays[0]);
  std::vector<const float*> data;
  for (const paddle::Tensor& x : arrays) data.push_back(x.data<float>());
  concat_of(y.shape(), axis, lengths).join(data.data(), y.data<float>());
  return {y};
}

// `asked` is 0 where nobody asks for the gradient of an array, which stays unwritten.
Tensors concat_grad(const paddle::Tensor& dy, int64_t axis, const Shape& lengths,
                                 const Shape& asked) {
  Tensors made;
  std::vector<float*> data;
  for (size_t k = 0; k < lengths.size(); ++k) {
    Shape shape = dy.shape();
    shape[axis] = lengths[k];
    made.push_back(empty(shape, dy));
    float* const written = made.back().data<float>();
    data.push_back(asked[k] ? written : nullptr);
  }
  concat_of(dy.shape(), axis, lengths).take_apart(dy.data<float>(), data.data());
  return made;
}

Tensors concat_grad_grad(const Tensors& of_dx, int64_t axis, const Shape& lengths,
                         const Shape& asked) {
  const auto there = std::find_if(of_dx.begin(), of_dx.end(),
                                  [](const paddle::Tensor& t) { return t.initialized(); });
  Tensors all = of_dx;
  for (size_t k = 0; k < all.size(); ++k) {
    if (all[k].initialized()) continue;
    Shape shape = there->shape();
    shape[axis] = lengths[k];
    all[k] = zeros(shape, *there);
  }
  return concat(all, axis, lengths, asked);
}

std::vector<Shape> concat_shapes(const std::vector<Shape>& arrays, int64_t axis,
                                 const Shape& lengths, const Shape&) {
  return {concat_made(arrays[0], axis, lengths)};
}

std::vector<paddle::DataType> concat_dtype(const std::vector<paddle::DataType>& arrays) {
  return {arrays[0]};
}

}  // namespace resample

extern "C" int64_t paddle_resample_concat_forward(const float* const* arrays,
                                                  const int64_t* widths, float* y, int64_t count,
                                                  int64_t outer) {
  return resample::has_run([&] {
    resample::Concat{outer, {widths, widths + count}}.join(arrays, y);
  });
}

PD_BUILD_OP(paddle_resample_concat)
    .Inputs({paddle::Vec("X")})
    .Outputs({"Out"})
    .Attrs({"axis: int64_t", "lengths: std::vector<int64_t>", "asked: std::vector<int64_t>"})
    .SetKernelFn(PD_KERNEL(resample::concat))
    .SetInferShapeFn(PD_INFER_SHAPE(resample::concat_shapes))
    .SetInferDtypeFn(PD_INFER_DTYPE(resample::concat_dtype));

PD_BUILD_GRAD_OP(paddle_resample_concat)
    .Inputs({paddle::Grad("Out")})
    .Outputs({paddle::Grad(paddle::Vec("X"))})
    .Attrs({"axis: int64_t", "lengths: std::vector<int64_t>", "asked: std::vector<int64_t>"})
    .SetKernelFn(PD_KERNEL(resample::concat_grad));

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_concat)
    .Inputs({paddle::Grad(paddle::Grad(paddle::Vec("X")))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    .Attrs({"axis: int64_t", "lengths: std::vector<int64_t>", "asked: std::vector<int64_t>"})
    .SetKernelFn(PD_KERNEL(resample::concat_grad_grad));
