// Softmax of rows, and its gradient.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

#include "platform/parallel.h"
#include "vectors/exponential.h"
#include "vectors/tails.h"

namespace resample {

constexpr int64_t kRowsTogether = 8;  // what a thread takes at least

// Call row(i) for every row, some at a time.
template <typename Row>
void for_rows(int64_t rows, int64_t width, const Row& row) {
  const int64_t tasks = (rows + kRowsTogether - 1) / kRowsTogether;
  parallel(tasks, rows * width, [&](int64_t task) {
    const int64_t end = std::min(rows, (task + 1) * kRowsTogether);
    for (int64_t i = task * kRowsTogether; i < end; ++i) row(i);
  });
}

// y = softmax of x, both [rows, width].
inline void softmax_rows(int64_t rows, int64_t width, const float* x, float* y) {
  constexpr float kLeast = -std::numeric_limits<float>::infinity();
  for_rows(rows, width, [&](int64_t i) {
    const float* const from = x + i * width;
    float* const to = y + i * width;
    Vector<float> most = in_every_lane(kLeast);
    along_row<float>(width, [&](auto load, auto) {
      const Vector<float> v = load(from, kLeast);
      most = v > most ? v : most;
    });
    float top = kLeast;
    for (int k = 0; k < kLanes<float>; ++k) top = std::max(top, float(most[k]));
    Vector<float> sum = {};
    along_row<float>(width, [&](auto load, auto store) {
      const Vector<float> v = exp_of_negative<float>(load(from, kLeast) - top);
      sum += v;
      store(to, v);
    });
    const float scale = 1 / sum_of<float>(sum);
    along_row<float>(width, [&](auto load, auto store) { store(to, load(to, 0) * scale); });
  });
}

// dx = y * (dy - the sum of dy * y over the row)
inline void softmax_rows_grad(int64_t rows, int64_t width, const float* y, const float* dy,
                              float* dx) {
  for_rows(rows, width, [&](int64_t i) {
    const float *const made = y + i * width, *const above = dy + i * width;
    float* const to = dx + i * width;
    Vector<float> sum = {};
    along_row<float>(width, [&](auto load, auto) { sum += load(made, 0) * load(above, 0); });
    const float whole = sum_of<float>(sum);
    along_row<float>(width, [&](auto load, auto store) {
      store(to, load(made, 0) * (load(above, 0) - whole));
    });
  });
}

}  // namespace resample
