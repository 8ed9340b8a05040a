// Weights of a run of windows: brought into the cache, normalised, and their gradient
// back to what was given. In the cache they lie as [tap][phase][cell].
#pragma once
#include <limits>
#include <vector>

#include "cells.h"
#include "reassemble_window.h"
#include "room.h"

namespace resample {

// Rows of planes [planes, rows * scale, columns * scale] to lines of each phase, planes
// `step` apart, or back.
template <bool to_space, typename T>
void move_run(const Window& w, const Stretch& part, int64_t cells, int64_t planes, T* space,
              T* lines, int64_t step) {
  std::vector<T*> phases(w.scale);
  for (int64_t k = 0; k < planes; ++k, space += w.plane(), lines += step) {
    for (int64_t y = 0; y < w.scale; ++y) {
      for (int64_t x = 0; x < w.scale; ++x) {
        phases[x] = lines + (y * w.scale + x) * cells;
      }
      T* row = space + (part.row * w.scale + y) * w.line() + part.begin * w.scale;
      weave_any<to_space>(row, phases.data(), w.scale, part.count);
    }
  }
}

// What follows the run in its lines.
template <typename T>
void fill_rest(const Stretch& part, int64_t cells, int64_t lines, T value, T* first) {
  for (int64_t k = 0; k < lines; ++k, first += cells) {
    std::fill(first + part.count, first + cells, value);
  }
}

template <typename T>
class Weights {
 public:
  Weights(const Window& w, const Layout<T>& at)
      : w_(w), cells_(at.cells), step_(w.phases() * at.cells),
        values_(make_zeros<T>(w.taps() * step_)), shares_(make_zeros<T>(step_)) {}

  T* values() { return values_.get(); }
  int64_t step() const { return step_; }  // between taps

  void bring(const Stretch& part, const T* kernels) {
    T* space = const_cast<T*>(kernels) + first(part);  // read only
    move_run<false>(w_, part, cells_, w_.taps(), space, values(), step_);
    if (part.count < cells_) {
      fill_rest(part, cells_, w_.taps() * w_.phases(), T(1), values());
    }
    if (!w_.changes()) return;
    if (w_.border == kRenormalise) {
      const T none = w_.softmax ? -std::numeric_limits<T>::infinity() : T(0);
      set_outside(part, none, values());
    }
    for (int64_t j = 0; j < step_; j += kLanes<T>) normalise(j);
  }

  // `gradient`, laid out alike, of the normalised weights to that of the kernels.
  void give(const Stretch& part, T* gradient, T* dkernels) {
    if (w_.changes()) {
      for (int64_t j = 0; j < step_; j += kLanes<T>) undo(j, gradient);
      if (w_.border == kRenormalise) set_outside(part, T(0), gradient);
    }
    move_run<true>(w_, part, cells_, w_.taps(), dkernels + first(part), gradient, step_);
  }

 private:
  int64_t first(const Stretch& part) const {
    return (part.n * w_.groups + part.g) * w_.taps() * w_.plane();
  }

  // Taps outside x; cells after the run keep theirs, so that none becomes NaN.
  void set_outside(const Stretch& part, T value, T* lines) {
    for (int64_t q = 0; q < w_.taps(); ++q) {
      const int64_t b = q % w_.size * w_.dilation - w_.before();
      Inside in(part.begin * w_.stride + b, w_.stride, w_.width, part.count);
      if (row_of_x(w_, part, q / w_.size) < 0) in.low = in.high = part.count;
      if (in.low == 0 && in.high == part.count) continue;
      for (int64_t p = 0; p < w_.phases(); ++p) {
        T* line = lines + q * step_ + p * cells_;
        std::fill_n(line, in.low, value);
        std::fill(line + in.high, line + part.count, value);
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

  const Window& w_;
  int64_t cells_, step_;
  Room<T> values_, shares_;
};

}  // namespace resample
