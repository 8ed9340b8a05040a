// Paddle operators paddle_resample_broadcast_add, .._multiply and .._divide of two arrays
// whose shapes are broadcast to one, with first and second gradients; float32.
#pragma once
#include "broadcast/broadcast.h"
#include "platform/function.h"
#include "platform/operator.h"

namespace resample {

// The same shape with axes of one value before it.
inline Shape with_axes(const Shape& shape, size_t count) {
  Shape all(count - shape.size(), 1);
  all.insert(all.end(), shape.begin(), shape.end());
  return all;
}

inline Shape broadcast_shape(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.size(), b.size());
  Shape made = with_axes(a, rank);
  const Shape other = with_axes(b, rank);
  for (size_t i = 0; i < rank; ++i) made[i] = std::max(made[i], other[i]);
  return made;
}

template <typename Operation>
void combine_to(const float* a, const Shape& a_shape, const float* b, const Shape& b_shape,
                float* y) {
  const Shape made = broadcast_shape(a_shape, b_shape);
  const Shape of_a = with_axes(a_shape, made.size()), of_b = with_axes(b_shape, made.size());
  combine<Operation>({a, of_a}, {b, of_b}, made, y);
}

template <typename Operation>
paddle::Tensor combined(const paddle::Tensor& a, const paddle::Tensor& b) {
  auto y = empty(broadcast_shape(a.shape(), b.shape()), a);
  combine_to<Operation>(a.data<float>(), a.shape(), b.data<float>(), b.shape(), y.data<float>());
  return y;
}

// x, or its products with a factor that is broadcast to it, summed to a shape.
inline paddle::Tensor sum_to(const Shape& made, const paddle::Tensor& x,
                             const paddle::Tensor* factor) {
  auto y = empty(made, x);
  const Shape shape = x.shape(), to = with_axes(made, shape.size());
  const Shape by = with_axes(factor ? factor->shape() : Shape(), shape.size());
  const float *const from = x.data<float>(), *const data = factor ? factor->data<float>() : nullptr;
  if (to != shape) {
    SumTo(shape, by, to)(from, data, y.data<float>());
  } else if (factor) {
    combine<Multiply>({from, shape}, {data, by}, shape, y.data<float>());
  } else {
    float* const copy = y.data<float>();
    in_blocks_of(x.numel(), [=](int64_t begin, int64_t some) {
      std::copy_n(from + begin, some, copy + begin);
    });
  }
  return y;
}

// In place: of what nobody else has.
inline paddle::Tensor negative(paddle::Tensor x) {
  float* const values = x.data<float>();
  for (int64_t i = 0; i < x.numel(); ++i) values[i] = -values[i];
  return x;
}

// The shapes of a and b are told, so that nothing has to be kept for the gradient; which
// is computed for what asks for one.
Tensors broadcast_add(const paddle::Tensor& a, const paddle::Tensor& b, const Shape&,
                      const Shape&, bool, bool) {
  return {combined<Add>(a, b)};
}

Tensors broadcast_add_grad(const paddle::Tensor& dy, const Shape& a, const Shape& b, bool for_a,
                           bool for_b) {
  return {for_a ? sum_to(a, dy, nullptr) : empty(a, dy),
          for_b ? sum_to(b, dy, nullptr) : empty(b, dy)};
}

// From the gradients of da and db, of which one may be absent, where nobody used it.
Tensors broadcast_add_grad_grad(const paddle::Tensor& of_da, const paddle::Tensor& of_db,
                                const Shape& a, const Shape& b, bool, bool) {
  const paddle::Tensor& there = of_da.initialized() ? of_da : of_db;
  return {combined<Add>(of_da.initialized() ? of_da : zeros(a, there),
                        of_db.initialized() ? of_db : zeros(b, there))};
}

Tensors broadcast_multiply(const paddle::Tensor& a, const paddle::Tensor& b, bool, bool) {
  return {combined<Multiply>(a, b)};
}

Tensors broadcast_multiply_grad(const paddle::Tensor& a, const paddle::Tensor& b,
                                const paddle::Tensor& dy, bool for_a, bool for_b) {
  return {for_a ? sum_to(a.shape(), dy, &b) : empty(a.shape(), dy),
          for_b ? sum_to(b.shape(), dy, &a) : empty(b.shape(), dy)};
}

Tensors broadcast_multiply_grad_grad(const paddle::Tensor& a, const paddle::Tensor& b,
                                     const paddle::Tensor& dy, const paddle::Tensor& of_da,
                                     const paddle::Tensor& of_db, bool, bool) {
  const bool has_a = of_da.initialized(), has_b = of_db.initialized();
  return {has_b ? sum_to(a.shape(), dy, &of_db) : zeros(a),
          has_a ? sum_to(b.shape(), dy, &of_da) : zeros(b),
          combined<Add>(has_a ? combined<Multiply>(of_da, b) : zeros(dy),
                        has_b ? combined<Multiply>(a, of_db) : zeros(dy))};
}

Tensors broadcast_divide(const paddle::Tensor& a, const paddle::Tensor& b, const Shape&, bool,
                         bool) {
  return {combined<Divide>(a, b)};
}

// y keeps its values, so that a need not be kept.
Tensors broadcast_divide_grad(const paddle::Tensor& b, const paddle::Tensor& y,
                              const paddle::Tensor& dy, const Shape& a, bool for_a, bool for_b) {
  const auto quotient = combined<Divide>(dy, b);
  return {a == dy.shape() ? quotient : for_a ? sum_to(a, quotient, nullptr) : empty(a, dy),
          for_b ? negative(sum_to(b.shape(), quotient, &y)) : empty(b.shape(), dy)};
}

// Of b, y and dy.
Tensors broadcast_divide_grad_grad(const paddle::Tensor& b, const paddle::Tensor& y,
                                   const paddle::Tensor& dy, const paddle::Tensor& of_da,
                                   const paddle::Tensor& of_db, const Shape&, bool, bool) {
  const auto quotient = combined<Divide>(dy, b);
  auto of_y = zeros(dy), of_dy = of_y;
  if (of_db.initialized()) {
    of_y = negative(combined<Multiply>(quotient, of_db));
    of_dy = negative(combined<Multiply>(y, of_db));
  }
  if (of_da.initialized()) of_dy = combined<Add>(of_dy, of_da);
  of_dy = combined<Divide>(of_dy, b);
  return {negative(combined<Divide>(sum_to(b.shape(), of_dy, &dy), b)), of_y, of_dy};
}

std::vector<Shape> broadcast_divide_shapes(const Shape& a, const Shape& b, const Shape&, bool,
                                           bool) {
  return {broadcast_shape(a, b)};
}

std::vector<Shape> broadcast_add_shapes(const Shape& a, const Shape& b, const Shape&,
                                        const Shape&, bool, bool) {
  return {broadcast_shape(a, b)};
}

std::vector<Shape> broadcast_multiply_shapes(const Shape& a, const Shape& b, bool, bool) {
  return {broadcast_shape(a, b)};
}

// Shapes are the axes of a, then those of b.
template <typename Operation>
int64_t run_combine(const float* a, const float* b, const int64_t* shapes, float* y,
                    int64_t axes_of_a, int64_t axes_of_b) {
  return has_run([&] {
    const int64_t* const middle = shapes + axes_of_a;
    combine_to<Operation>(a, {shapes, middle}, b, {middle, middle + axes_of_b}, y);
  });
}

}  // namespace resample

extern "C" int64_t paddle_resample_broadcast_add_forward(const float* a, const float* b,
                                                         const int64_t* shapes, float* y,
                                                         int64_t axes_of_a, int64_t axes_of_b) {
  return resample::run_combine<resample::Add>(a, b, shapes, y, axes_of_a, axes_of_b);
}

extern "C" int64_t paddle_resample_broadcast_multiply_forward(const float* a, const float* b,
                                                              const int64_t* shapes, float* y,
                                                              int64_t axes_of_a,
                                                              int64_t axes_of_b) {
  return resample::run_combine<resample::Multiply>(a, b, shapes, y, axes_of_a, axes_of_b);
}

extern "C" int64_t paddle_resample_broadcast_divide_forward(const float* a, const float* b,
                                                            const int64_t* shapes, float* y,
                                                            int64_t axes_of_a,
                                                            int64_t axes_of_b) {
  return resample::run_combine<resample::Divide>(a, b, shapes, y, axes_of_a, axes_of_b);
}

PD_BUILD_OP(paddle_resample_broadcast_add)
    .Inputs({"A", "B"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(broadcast_add, 1);

PD_BUILD_GRAD_OP(paddle_resample_broadcast_add)
    .Inputs({paddle::Grad("Out")})
    .Outputs({paddle::Grad("A"), paddle::Grad("B")})
    RESAMPLE_GRADIENT(broadcast_add_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_broadcast_add)
    .Inputs({paddle::Grad(paddle::Grad("A")), paddle::Grad(paddle::Grad("B"))})
    .Outputs({paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(broadcast_add_grad_grad);

PD_BUILD_OP(paddle_resample_broadcast_multiply)
    .Inputs({"A", "B"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(broadcast_multiply, 1);

PD_BUILD_GRAD_OP(paddle_resample_broadcast_multiply)
    .Inputs({"A", "B", paddle::Grad("Out")})
    .Outputs({paddle::Grad("A"), paddle::Grad("B")})
    RESAMPLE_GRADIENT(broadcast_multiply_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_broadcast_multiply)
    .Inputs({"A", "B", paddle::Grad("Out"), paddle::Grad(paddle::Grad("A")),
             paddle::Grad(paddle::Grad("B"))})
    .Outputs({paddle::Grad("A"), paddle::Grad("B"), paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(broadcast_multiply_grad_grad);

PD_BUILD_OP(paddle_resample_broadcast_divide)
    .Inputs({"A", "B"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(broadcast_divide, 1);

PD_BUILD_GRAD_OP(paddle_resample_broadcast_divide)
    .Inputs({"B", "Out", paddle::Grad("Out")})
    .Outputs({paddle::Grad("A"), paddle::Grad("B")})
    RESAMPLE_GRADIENT(broadcast_divide_grad);

PD_BUILD_DOUBLE_GRAD_OP(paddle_resample_broadcast_divide)
    .Inputs({"B", "Out", paddle::Grad("Out"), paddle::Grad(paddle::Grad("A")),
             paddle::Grad(paddle::Grad("B"))})
    .Outputs({paddle::Grad("B"), paddle::Grad("Out"), paddle::Grad(paddle::Grad("Out"))})
    RESAMPLE_GRADIENT(broadcast_divide_grad_grad);
