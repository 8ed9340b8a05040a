// Weights of a run of windows: loaded, normalised, and their gradient stored as that of
// the kernels. In the cache they are [tap][phase][cell].
#pragma once
#include <limits>
#include <vector>

#include "reassemble/geometry.h"
#include "platform/memory.h"
#include "vectors/exponential.h"
#include "vectors/interleave.h"

namespace resample {

// Rows of planes [planes, rows * scale, columns * scale] to lines of each phase, planes
// `step` apart, or back.
template <bool to_space, typename T>
void move_run(const Geometry& w, const Run& run, int64_t cells, int64_t planes, T* space,
              T* lines, int64_t step) {
  std::vector<T*> phases(w.scale);
  for (int64_t k = 0; k < planes; ++k, space += w.plane(), lines += step) {
    for (int64_t y = 0; y < w.scale; ++y) {
      for (int64_t x = 0; x < w.scale; ++x) {
        phases[x] = lines + (y * w.scale + x) * cells;
      }
      T* row = space + (run.row * w.scale + y) * w.line() + run.begin * w.scale;
      interleave_any<to_space>(row, phases.data(), w.scale, run.count);
    }
  }
}

// What follows the run in its lines.
template <typename T>
void fill_rest(const Run& run, int64_t cells, int64_t lines, T value, T* first) {
  for (int64_t k = 0; k < lines; ++k, first += cells) {
    std::fill(first + run.count, first + cells, value);
  }
}

template <typename T>
class Weights {
 public:
  Weights(const Geometry& w, const Layout<T>& at)
      : w_(w), cells_(at.cells), step_(w.phases() * at.cells),
        values_(make_zeros<T>(w.taps() * step_)), shares_(make_zeros<T>(step_)) {}

  T* values() { return values_.get(); }
  int64_t step() const { return step_; }  // between taps

  void load_run(const Run& run, const T* kernels) {
    T* space = const_cast<T*>(kernels) + first(run);  // read only
    move_run<false>(w_, run, cells_, w_.taps(), space, values(), step_);
    if (run.count < cells_) {
      fill_rest(run, cells_, w_.taps() * w_.phases(), T(1), values());
    }
    if (!w_.changes()) return;
    if (w_.border == kRenormalise) {
      const T none = w_.softmax ? -std::numeric_limits<T>::infinity() : T(0);
      set_outside(run, none, values());
    }
    for (int64_t j = 0; j < step_; j += kLanes<T>) normalise(j);
  }

  // `gradient`, laid out alike, of the normalised weights to that of the kernels.
  void store_gradient(const Run& run, T* gradient, T* dkernels) {
    if (w_.changes()) {
      for (int64_t j = 0; j < step_; j += kLanes<T>) undo(j, gradient);
      if (w_.border == kRenormalise) set_outside(run, T(0), gradient);
    }
    move_run<true>(w_, run, cells_, w_.taps(), dkernels + first(run), gradient, step_);
  }

 private:
  int64_t first(const Run& run) const {
    return (run.n * w_.groups + run.g) * w_.taps() * w_.plane();
  }

  // Taps outside x; cells after the run keep theirs, so that none becomes NaN.
  void set_outside(const Run& run, T value, T* lines) {
    for (int64_t q = 0; q < w_.taps(); ++q) {
      const int64_t b = q % w_.size * w_.dilation - w_.before();
      Inside in(run.begin * w_.stride + b, w_.stride, w_.width, run.count);
      if (row_of_x(w_, run, q / w_.size) < 0) in.low = in.high = run.count;
      if (in.low == 0 && in.high == run.count) continue;
      for (int64_t p = 0; p < w_.phases(); ++p) {
        T* line = lines + q * step_ + p * cells_;
        std::fill_n(line, in.low, value);
        std::fill(line + in.high, line + run.count, value);
      }
    }
  }

  void normalise(int64_t j) {
    T* const v = values() + j;
    Vector<T> sum = {};
    if (w_.softmax) {
      Vector<T> most = load(v);
      for (int64_t q = 1; q < w_.taps(); ++q) {
        const Vector<T> one = load(v + q * step_);
        most = most > one ? most : one;
      }
      for (int64_t q = 0; q < w_.taps(); ++q) {
        const Vector<T> one = exp_of_negative<T>(load(v + q * step_) - most);
        sum += one;
        store(v + q * step_, one);
      }
    } else {
      for (int64_t q = 0; q < w_.taps(); ++q) sum += load(v + q * step_);
    }
    const Vector<T> share = T(1) / sum;
    for (int64_t q = 0; q < w_.taps(); ++q) {
      store(v + q * step_, load(v + q * step_) * share);
    }
    store(shares_.get() + j, share);
  }

  void undo(int64_t j, T* gradient) {
    const T* const v = values() + j;
    T* const d = gradient + j;
    Vector<T> mean = {};
    for (int64_t q = 0; q < w_.taps(); ++q) {
      mean += load(v + q * step_) * load(d + q * step_);
    }
    for (int64_t q = 0; q < w_.taps(); ++q) {
      const Vector<T> weight = load(v + q * step_);
      const Vector<T> change = load(d + q * step_) - mean;
      if (w_.softmax) {
        store(d + q * step_, weight * change);
      } else {
        store(d + q * step_, change * load(shares_.get() + j));
      }
    }
  }

  const Geometry& w_;
  int64_t cells_, step_;
  AlignedArray<T> values_, shares_;
};

}  // namespace resample
