// Which of this library's operators Paddle is told of. At every call of an added operator
// Paddle copies what it knows of all of them, which takes longer than most of the rest of
// the call: so it is told of one when that is first called, not of all at the start.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "paddle/phi/api/ext/op_meta_info.h"

namespace resample {

using Operators = std::unordered_map<std::string, std::vector<paddle::OpMetaInfo>>;

// Paddle's own map can be made by Paddle alone; it holds this and nothing else.
static_assert(sizeof(Operators) == sizeof(paddle::OpMetaInfoMap),
              "Paddle keeps its operators in another way");

inline Operators& offered() {
  static Operators one;
  return one;
}

}  // namespace resample

// Let the next loading of this library give the operator of this name. Returns whether
// there is one.
extern "C" int64_t paddle_resample_offer(const char* name) {
  const auto& all = paddle::OpMetaInfoMap::Instance().GetMap();
  const auto found = all.find(name);
  resample::offered().clear();
  if (found == all.end()) return 0;
  resample::offered().insert(*found);
  return 1;
}

// Paddle calls the function of this name in a library that it loads; without this one it
// would find its own, which gives all operators of the process.
extern "C" paddle::OpMetaInfoMap& PD_GetOpMetaInfoMap() {
  return reinterpret_cast<paddle::OpMetaInfoMap&>(resample::offered());
}
