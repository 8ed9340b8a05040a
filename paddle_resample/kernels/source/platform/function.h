// Functions that Python calls by their names: they return whether they have run, because
// exceptions end there.
#pragma once
#include <cstdint>
#include <exception>
#include <string>

namespace resample {

inline std::string& reason() {
  thread_local std::string one;
  return one;
}

template <typename Work>
int64_t has_run(const Work& work) {
  try {
    work();
    return 1;
  } catch (const std::exception& error) {
    reason() = error.what();
    return 0;
  }
}

// Call function(T()) with double or float.
template <typename Function>
void of_width(bool doubles, const Function& function) {
  doubles ? function(double()) : function(float());
}

}  // namespace resample

// Why the last function of this thread that has not run has not.
extern "C" const char* paddle_resample_reason() { return resample::reason().c_str(); }
