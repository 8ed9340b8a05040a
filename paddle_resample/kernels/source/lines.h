// Applying a band along rows that lie in memory, vectorised where its weights repeat.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "band.h"

namespace resample {

// Outputs begin .. end of a band share their weights in one of three ways:
//   grows:   period outputs for every input, with the weights of the first `period`;
//   shrinks: period inputs for every output, all with the weights of the first;
//   else they only have equally many.
struct Run {
  int64_t begin = 0, end = 0, taps = 0, period = 0;
  bool grows = false, shrinks = false;
};

// A band with the weights of every tap in one piece, as gathering wants them.
template <typename T>
struct Planar {
  int64_t out;
  std::vector<int32_t> first;
  std::vector<T> weight;

  explicit Planar(const Band<T>& b)
      : out(b.out), first(b.first.begin(), b.first.end()), weight(b.out * b.taps) {
    for (int64_t i = 0; i < b.out; ++i) {
      for (int64_t k = 0; k < b.taps; ++k) {
        weight[k * b.out + i] = b.weight[i * b.taps + k];
      }
    }
  }
};

template <typename T>
bool same_weights(const Band<T>& b, int64_t i, int64_t j) {
  return b.count[i] == b.count[j] &&
         std::equal(&b.weight[i * b.taps], &b.weight[i * b.taps] + b.count[i],
                    &b.weight[j * b.taps]);
}

// The longest run around the middle in which `like(i, i + step)` holds, as whole steps.
template <typename T, typename Like>
Run around_middle(const Band<T>& b, int64_t step, const Like& like) {
  Run run;
  run.period = step;
  run.begin = run.end = b.out / 2;
  run.taps = b.out > 0 ? b.count[b.out / 2] : 0;
  while (run.end + step < b.out && like(run.end, run.end + step)) ++run.end;
  run.end = std::min(run.end + step, b.out);
  while (run.begin > 0 && run.begin - 1 + step < b.out &&
         like(run.begin - 1, run.begin - 1 + step)) {
    --run.begin;
  }
  return run;
}

template <typename T>
Run find_run(const Band<T>& b) {
  constexpr int64_t kWorthwhile = 16;
  for (int64_t step : {1, 2, 4}) {
    Run run = around_middle(b, 1, [&](int64_t i, int64_t j) {
      return b.first[j] == b.first[i] + step && same_weights(b, i, j);
    });
    run.period = step;
    run.shrinks = true;
    if (run.end - run.begin >= kWorthwhile) return run;
  }
  for (int64_t step : {2, 4}) {
    Run run = around_middle(b, step, [&](int64_t i, int64_t j) {
      return b.first[j] == b.first[i] + 1 && same_weights(b, i, j);
    });
    run.end -= (run.end - run.begin) % step;
    run.grows = run.end > run.begin;
    for (int64_t i = run.begin; i < std::min(run.begin + step, run.end); ++i) {
      run.grows = run.grows && b.count[i] == run.taps &&
                  b.first[i] - b.first[run.begin] <= 1;
    }
    if (run.grows && run.end - run.begin >= kWorthwhile) return run;
  }
  return around_middle(b, 1, [&](int64_t i, int64_t j) {
    return b.count[i] == b.count[j];
  });
}

template <typename T>
void one_by_one(const Band<T>& b, int64_t begin, int64_t end, const T* x, T* y) {
  for (int64_t i = begin; i < end; ++i) {
    T sum = 0;
    for (int64_t k = 0; k < b.count[i]; ++k) {
      sum += b.weight[i * b.taps + k] * x[b.first[i] + k];
    }
    y[i] = sum;
  }
}

template <int S, int K, typename T>
void grow(const Band<T>& b, const Run& run, const T* x, T* y) {
  T w[S][K];
  const T* from[S];
  for (int p = 0; p < S; ++p) {
    from[p] = x + b.first[run.begin + p];
    for (int k = 0; k < K; ++k) w[p][k] = b.weight[(run.begin + p) * b.taps + k];
  }
  y += run.begin;
  const int64_t count = (run.end - run.begin) / S;
#pragma GCC ivdep
  for (int64_t q = 0; q < count; ++q) {
    for (int p = 0; p < S; ++p) {
      T sum = w[p][0] * from[p][q];
      for (int k = 1; k < K; ++k) sum += w[p][k] * from[p][q + k];
      y[q * S + p] = sum;
    }
  }
}

template <int S, int K, typename T>
void shrink(const Band<T>& b, const Run& run, const T* x, T* y) {
  T w[K];
  for (int k = 0; k < K; ++k) w[k] = b.weight[run.begin * b.taps + k];
  const T* from = x + b.first[run.begin];
  y += run.begin;
  const int64_t count = run.end - run.begin;
#pragma GCC ivdep
  for (int64_t q = 0; q < count; ++q) {
    T sum = w[0] * from[q * S];
    for (int k = 1; k < K; ++k) sum += w[k] * from[q * S + k];
    y[q] = sum;
  }
}

template <int K, typename T>
void gather(const Planar<T>& b, const Run& run, const T* x, T* y) {
  const T* w[K];
  for (int k = 0; k < K; ++k) w[k] = &b.weight[k * b.out];
  const int32_t* first = b.first.data();
#pragma GCC ivdep
  for (int64_t i = run.begin; i < run.end; ++i) {
    T sum = w[0][i] * x[first[i]];
    for (int k = 1; k < K; ++k) sum += w[k][i] * x[first[i] + k];
    y[i] = sum;
  }
}

template <int S, typename T>
bool grow_any(const Band<T>& b, const Run& run, const T* x, T* y) {
  switch (run.taps) {
    case 1: return grow<S, 1>(b, run, x, y), true;
    case 2: return grow<S, 2>(b, run, x, y), true;
    case 4: return grow<S, 4>(b, run, x, y), true;
  }
  return false;
}

template <int S, typename T>
bool shrink_any(const Band<T>& b, const Run& run, const T* x, T* y) {
  switch (run.taps) {
    case 1: return shrink<S, 1>(b, run, x, y), true;
    case 2: return shrink<S, 2>(b, run, x, y), true;
    case 4: return shrink<S, 4>(b, run, x, y), true;
    case 8: return shrink<S, 8>(b, run, x, y), true;
    case 16: return shrink<S, 16>(b, run, x, y), true;
  }
  return false;
}

template <typename T>
bool vectorised(const Band<T>& b, const Planar<T>& p, const Run& run, const T* x, T* y) {
  if (run.grows) return run.period == 2 ? grow_any<2>(b, run, x, y)
                                        : grow_any<4>(b, run, x, y);
  if (run.shrinks && run.period == 1) return shrink_any<1>(b, run, x, y);
  if (run.shrinks) return run.period == 2 ? shrink_any<2>(b, run, x, y)
                                          : shrink_any<4>(b, run, x, y);
  switch (run.taps) {
    case 1: return gather<1>(p, run, x, y), true;
    case 2: return gather<2>(p, run, x, y), true;
    case 4: return gather<4>(p, run, x, y), true;
  }
  return false;
}

// y[i] = band of one row x.
template <typename T>
void along_row(const Band<T>& b, const Planar<T>& p, const Run& run, const T* x, T* y) {
  if (run.end <= run.begin || !vectorised(b, p, run, x, y)) {
    return one_by_one(b, 0, b.out, x, y);
  }
  one_by_one(b, 0, run.begin, x, y);
  one_by_one(b, run.end, b.out, x, y);
}

// The same for pixels of `depth` neighbouring channels.
template <typename T>
void along_row(const Band<T>& b, int64_t depth, const T* x, T* y) {
  for (int64_t i = 0; i < b.out; ++i, y += depth) {
    const T* from = x + b.first[i] * depth;
    const T* w = &b.weight[i * b.taps];
    std::fill_n(y, depth, T(0));
    for (int64_t k = 0; k < b.count[i]; ++k, from += depth) {
#pragma GCC ivdep
      for (int64_t c = 0; c < depth; ++c) y[c] += w[k] * from[c];
    }
  }
}

// y = or += the weighted sum of K rows, which lie elsewhere.
template <int K, bool fresh, typename T>
void add_rows(const T* w, const T* const* rows, int64_t width, T* __restrict y) {
  T weight[K];
  const T* row[K];
  for (int k = 0; k < K; ++k) {
    weight[k] = w[k];
    row[k] = rows[k];
  }
  for (int64_t j = 0; j < width; ++j) {
    T sum = weight[0] * row[0][j];
    for (int k = 1; k < K; ++k) sum += weight[k] * row[k][j];
    y[j] = fresh ? sum : y[j] + sum;
  }
}

template <bool fresh, typename T>
void add_some(const T* w, const T* const* rows, int64_t count, int64_t width, T* y) {
  switch (count) {
    case 1: return add_rows<1, fresh>(w, rows, width, y);
    case 2: return add_rows<2, fresh>(w, rows, width, y);
    case 3: return add_rows<3, fresh>(w, rows, width, y);
  }
  add_rows<4, fresh>(w, rows, width, y);
}

// y = the weighted sum of `count` rows of `width` values.
template <typename T>
void across_rows(const T* w, const T* const* rows, int64_t count, int64_t width, T* y) {
  if (count == 0) return static_cast<void>(std::fill_n(y, width, T(0)));
  add_some<true>(w, rows, count, width, y);
  for (int64_t k = 4; k < count; k += 4) {
    add_some<false>(w + k, rows + k, count - k, width, y);
  }
}

}  // namespace resample
