// What the operators' files share of Paddle: types, and how an operator is registered.
#pragma once
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "paddle/phi/api/all.h"
#include "paddle/phi/api/ext/op_meta_info.h"

namespace resample {

using Shape = std::vector<int64_t>;
using Tensors = std::vector<paddle::Tensor>;

inline paddle::Tensor empty(const Shape& shape, const paddle::Tensor& like) {
  return paddle::empty(shape, like.dtype(), like.place());
}

inline paddle::Tensor zeros(const Shape& shape, const paddle::Tensor& like) {
  return paddle::full(shape, 0, like.dtype(), like.place());
}

inline paddle::Tensor zeros(const paddle::Tensor& like) { return zeros(like.shape(), like); }

// Call function(T()) with the C++ type of a float32 or float64 tensor.
template <typename Function>
void of_type(const paddle::Tensor& x, const Function& function) {
  if (x.dtype() == paddle::DataType::FLOAT64) {
    function(double());
  } else {
    PD_CHECK(x.dtype() == paddle::DataType::FLOAT32, "float32 or float64 is needed");
    function(float());
  }
}

// Registering. The attributes of an operator are the parameters of its function that are
// no tensors, in their order; a gradient's function takes the same ones.

template <typename Attribute>
const char* attribute_type() {
  if constexpr (std::is_same_v<Attribute, bool>) return "bool";
  if constexpr (std::is_same_v<Attribute, float>) return "float";
  if constexpr (std::is_same_v<Attribute, int64_t>) return "int64_t";
  if constexpr (std::is_same_v<Attribute, std::vector<float>>)
    return "std::vector<float>";
  if constexpr (std::is_same_v<Attribute, Shape>) return "std::vector<int64_t>";
}

// "a0: int64_t" and so on: Paddle is called by position.
template <typename... Parameters>
std::vector<std::string> attributes_of(Tensors (*)(Parameters...)) {
  std::vector<std::string> all;
  const auto add = [&](auto* parameter) {
    using Parameter = std::remove_pointer_t<decltype(parameter)>;
    if constexpr (!std::is_same_v<Parameter, paddle::Tensor>) {
      const std::string name = "a" + std::to_string(all.size());
      all.push_back(name + ": " + attribute_type<Parameter>());
    }
  };
  (add(static_cast<std::decay_t<Parameters>*>(nullptr)), ...);
  return all;
}

template <size_t outputs, typename... Dtypes>
std::vector<paddle::DataType> dtype_of_first(paddle::DataType first, Dtypes...) {
  return std::vector<paddle::DataType>(outputs, first);
}

template <size_t outputs, typename... Dtypes>
paddle::InferDtypeFunc infer_dtype() {
  return paddle::InferDtypeFuncImpl<decltype(&dtype_of_first<outputs, Dtypes...>),
                                    &dtype_of_first<outputs, Dtypes...>>::InferDtype;
}

// Every output has the dtype of the first input.
template <size_t outputs, typename... Parameters>
paddle::InferDtypeFunc infer_dtype_of(Tensors (*)(Parameters...)) {
  using D = paddle::DataType;
  constexpr int inputs = (std::is_same_v<std::decay_t<Parameters>, paddle::Tensor> + ...);
  static_assert(inputs <= 3 || inputs == 5, "add a line");
  if constexpr (inputs == 1) return infer_dtype<outputs>();
  if constexpr (inputs == 2) return infer_dtype<outputs, D>();
  if constexpr (inputs == 3) return infer_dtype<outputs, D, D>();
  if constexpr (inputs == 5) return infer_dtype<outputs, D, D, D, D>();
}

}  // namespace resample

// The rest of a PD_BUILD_OP, after its inputs and outputs: its function, whose shapes are
// those of function##_shapes, and the number of outputs.
#define RESAMPLE_FORWARD(function, outputs)                              \
  .Attrs(resample::attributes_of(resample::function))                    \
      .SetKernelFn(PD_KERNEL(resample::function))                        \
      .SetInferShapeFn(PD_INFER_SHAPE(resample::function##_shapes))      \
      .SetInferDtypeFn(resample::infer_dtype_of<outputs>(resample::function))

// The same for a gradient, or the gradient of one.
#define RESAMPLE_GRADIENT(function)                   \
  .Attrs(resample::attributes_of(resample::function)) \
      .SetKernelFn(PD_KERNEL(resample::function))
