// What the operators' files share of Paddle.
#pragma once
#include "paddle/phi/api/all.h"
#include "paddle/phi/api/ext/op_meta_info.h"

namespace resample {

using Shape = std::vector<int64_t>;
using Tensors = std::vector<paddle::Tensor>;

inline paddle::Tensor empty(const Shape& shape, const paddle::Tensor& like) {
  return paddle::empty(shape, like.dtype(), like.place());
}

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

}  // namespace resample
