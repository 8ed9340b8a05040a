// Paddle operator paddle_resample_grid_sample of maps, with gradients of x and grid
// (first order only).
#pragma once
#include "sampling/grid_sample.h"
#include "platform/operator.h"

namespace resample {

template <typename T>
GridSample<T> sampler(const paddle::Tensor& x, const paddle::Tensor& grid,
                      int64_t mode, int64_t padding, bool aligned) {
  const Shape from = x.shape(), to = grid.shape();
  return {from[0], from[1], to[1] * to[2], {from[2], from[3], mode, padding, aligned}};
}

Tensors grid_sample(const paddle::Tensor& x, const paddle::Tensor& grid,
                    int64_t mode, int64_t padding, bool aligned, bool, bool) {
  const Shape to = grid.shape();
  auto y = empty({x.shape()[0], x.shape()[1], to[1], to[2]}, x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    sampler<T>(x, grid, mode, padding, aligned)
        .forward(x.data<T>(), grid.data<T>(), y.template data<T>());
  });
  return {y};
}

Tensors grid_sample_grad(const paddle::Tensor& x, const paddle::Tensor& grid,
                         const paddle::Tensor& dy, int64_t mode, int64_t padding,
                         bool aligned, bool for_x, bool for_grid) {
  // A gradient that is not needed stays unwritten.
  auto dx = empty(x.shape(), x), dgrid = empty(grid.shape(), grid);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    const auto sample = sampler<T>(x, grid, mode, padding, aligned);
    const T *g = grid.data<T>(), *d = dy.data<T>();
    if (for_x) sample.gradient_of_x(d, g, dx.template data<T>());
    if (for_grid) {
      sample.gradient_of_grid(x.data<T>(), d, g, dgrid.template data<T>());
    }
  });
  return {dx, dgrid};
}

std::vector<Shape> grid_sample_shapes(const Shape& x, const Shape& grid, int64_t, int64_t,
                                      bool, bool, bool) {
  return {{x[0], x[1], grid[1], grid[2]}};
}

}  // namespace resample

PD_BUILD_OP(paddle_resample_grid_sample)
    .Inputs({"X", "Grid"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(grid_sample, 1);

PD_BUILD_GRAD_OP(paddle_resample_grid_sample)
    .Inputs({"X", "Grid", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Grid")})
    RESAMPLE_GRADIENT(grid_sample_grad);
