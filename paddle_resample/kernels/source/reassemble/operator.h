// Paddle operators paddle_resample_reassemble and paddle_resample_similarity, with their
// first gradients. `how`: size, scale, stride, groups, dilation and border.
#pragma once
#include "platform/operator.h"
#include "reassemble/reassemble.h"

namespace resample {

using How = std::vector<int64_t>;

// `cells`: rows and columns of what has the output's scale.
inline Geometry geometry(const Shape& x, int64_t rows, int64_t columns, const How& how,
                     bool softmax) {
  return {x[0],   x[1],   x[2],   x[3],   rows / how[1], columns / how[1], how[0],
          how[1], how[2], how[3], how[4], how[5],        softmax};
}

template <typename T>
T* data_if(paddle::Tensor& x, bool wanted) {
  return wanted ? x.data<T>() : nullptr;
}

Tensors reassemble(const paddle::Tensor& x, const paddle::Tensor& kernels,
                   const How& how, bool softmax, bool, bool) {
  const Shape from = x.shape(), fine = kernels.shape();
  auto y = empty({from[0], from[1], fine[2], fine[3]}, x);
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    Reassembly<T>(geometry(from, fine[2], fine[3], how, softmax))
        .forward(x.data<T>(), kernels.data<T>(), y.template data<T>());
  });
  return {y};
}

Tensors reassemble_grad(const paddle::Tensor& x, const paddle::Tensor& kernels,
                        const paddle::Tensor& dy, const How& how, bool softmax,
                        bool for_x, bool for_kernels) {
  // A gradient that is not needed stays unwritten.
  auto dx = empty(x.shape(), x), dkernels = empty(kernels.shape(), x);
  const Shape fine = kernels.shape();
  of_type(x, [&](auto zero) {
    using T = decltype(zero);
    Reassembly<T>(geometry(x.shape(), fine[2], fine[3], how, softmax))
        .backward(x.data<T>(), kernels.data<T>(), dy.data<T>(), data_if<T>(dx, for_x),
                  data_if<T>(dkernels, for_kernels));
  });
  return {dx, dkernels};
}

std::vector<Shape> reassemble_shapes(const Shape& x, const Shape& kernels, const How&,
                                     bool, bool, bool) {
  return {{x[0], x[1], kernels[2], kernels[3]}};
}

// The scores are what a reassembly of the keys would have as gradient of its kernels,
// were the query the gradient of its output.
Tensors similarity(const paddle::Tensor& query, const paddle::Tensor& key,
                   const How& how, bool, bool) {
  const Shape fine = query.shape();
  auto scores = empty({fine[0], how[0] * how[0], fine[2], fine[3]}, query);
  of_type(query, [&](auto zero) {
    using T = decltype(zero);
    Reassembly<T>(geometry(key.shape(), fine[2], fine[3], how, false))
        .backward(key.data<T>(), nullptr, query.data<T>(), nullptr,
                  scores.template data<T>());
  });
  return {scores};
}

Tensors similarity_grad(const paddle::Tensor& query, const paddle::Tensor& key,
                        const paddle::Tensor& dscores, const How& how, bool for_query,
                        bool for_key) {
  auto dquery = empty(query.shape(), query), dkey = empty(key.shape(), query);
  const Shape fine = query.shape();
  of_type(query, [&](auto zero) {
    using T = decltype(zero);
    const Reassembly<T> keys(geometry(key.shape(), fine[2], fine[3], how, false));
    const T* weights = dscores.data<T>();
    if (for_query) keys.forward(key.data<T>(), weights, dquery.template data<T>());
    if (for_key) {
      keys.backward(nullptr, weights, query.data<T>(), dkey.template data<T>(), nullptr);
    }
  });
  return {dquery, dkey};
}

std::vector<Shape> similarity_shapes(const Shape& query, const Shape&, const How& how,
                                     bool, bool) {
  return {{query[0], how[0] * how[0], query[2], query[3]}};
}

}  // namespace resample

PD_BUILD_OP(paddle_resample_reassemble)
    .Inputs({"X", "Kernels"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(reassemble, 1);

PD_BUILD_GRAD_OP(paddle_resample_reassemble)
    .Inputs({"X", "Kernels", paddle::Grad("Out")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Kernels")})
    RESAMPLE_GRADIENT(reassemble_grad);

PD_BUILD_OP(paddle_resample_similarity)
    .Inputs({"Query", "Key"})
    .Outputs({"Out"})
    RESAMPLE_FORWARD(similarity, 1);

PD_BUILD_GRAD_OP(paddle_resample_similarity)
    .Inputs({"Query", "Key", paddle::Grad("Out")})
    .Outputs({paddle::Grad("Query"), paddle::Grad("Key")})
    RESAMPLE_GRADIENT(similarity_grad);
