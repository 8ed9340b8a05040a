// Paddle operator paddle_resample_cells: depth to space and back. Its gradient is the
// move in the other direction, and the gradient of that this one again.
#pragma once
#include "shuffle/cells.h"

#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

Shape cells_shape(const Shape& x, int64_t scale, int64_t, bool to_space, bool last) {
  const int64_t c = last ? 3 : 1, h = last ? 1 : 2, w = last ? 2 : 3;
  Shape y = x;
  y[c] = to_space ? x[c] / (scale * scale) : x[c] * scale * scale;
  y[h] = to_space ? x[h] * scale : x[h] / scale;
  y[w] = to_space ? x[w] * scale : x[w] / scale;
  return y;
}

Tensors cells(const paddle::Tensor& x, int64_t scale, int64_t order, bool to_space,
              bool last) {
  const Shape from = x.shape();
  const Shape to = cells_shape(from, scale, order, to_space, last);
  auto y = empty(to, x);
  const Shape& deep = to_space ? from : to;
  const int64_t channels = (last ? deep[3] : deep[1]) / (scale * scale);
  const Cells c(deep[0], channels, last ? deep[1] : deep[2], last ? deep[2] : deep[3],
                scale, order);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    T* source = const_cast<T*>(x.data<T>());  // read only
    T* target = y.template data<T>();
    move_cells(c, to_space, last, to_space ? source : target,
               to_space ? target : source);
  });
  return {y};
}

Tensors cells_grad(const paddle::Tensor& dy, int64_t scale, int64_t order,
                   bool to_space, bool last) {
  return cells(dy, scale, order, !to_space, last);
}

// The same of a contiguous map into another, called without Paddle, whose way of calling
// an operator takes as long as moving the cells of a small map. `deep` is the shape of
// the side with the channels: batch, channels of the other side, height, width.
template <typename T>
void move_cells_at(void* x, void* y, const int64_t* deep, int64_t scale, int64_t order,
                   bool to_space, bool last) {
  const Cells c(deep[0], deep[1], deep[2], deep[3], scale, order);
  T *source = static_cast<T*>(x), *target = static_cast<T*>(y);
  move_cells(c, to_space, last, to_space ? source : target, to_space ? target : source);
}

std::vector<Shape> cells_shapes(const Shape& x, int64_t scale, int64_t order,
                                bool to_space, bool last) {
  return {cells_shape(x, scale, order, to_space, last)};
}

}  // namespace resample

extern "C" int64_t paddle_resample_move_cells(void* x, void* y, int64_t batch,
                                              int64_t channels, int64_t height,
                                              int64_t width, int64_t scale, int64_t order,
                                              int64_t to_space, int64_t last,
                                              int64_t doubles) {
  return resample::has_run([&] {
    const int64_t deep[] = {batch, channels, height, width};
    const auto move = doubles ? resample::move_cells_at<double> : resample::move_cells_at<float>;
    move(x, y, deep, scale, order, to_space, last);
  });
}

PD_BUILD_OP(paddle_resample_cells)
    .Inputs({"X"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(cells, 1);

PD_BUILD_GRAD_OP(paddle_resample_cells)
    .Inputs({paddle::Grad("Out")})
    .Outputs({paddle::Grad("X")})
    RESAMPLE_GRADIENT(cells_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_cells)
    .Inputs({paddle::Grad(paddle::Grad("X"))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(cells);
