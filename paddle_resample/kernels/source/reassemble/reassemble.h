// Reassembly: output pixel p of a cell is the sum over the window's taps q of
// weight[q][p] * x[q]. Forward, and the gradients of x and of the kernels; the second,
// without softmax, is also the similarity of fine queries and a window of keys.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/parallel.h"
#include "reassemble/weights.h"
#include "platform/memory.h"

namespace resample {

// Channels and phases that are worked on at once: as the registers allow.
constexpr int kChannels = kVectorBytes == 64 ? 4 : 2;
constexpr int kPhases = 4;

template <typename T>
class Reassembly {
 public:
  explicit Reassembly(const Geometry& w) : w_(w), at_(w), step_(w.phases() * at_.cells) {
    for (int64_t a = 0; a < w.size; ++a) {
      for (int64_t b = 0; b < w.size; ++b) taps_.push_back(at_.tap(w, a, b));
    }
  }

  void forward(const T* x, const T* kernels, T* y) const {
    const int64_t tasks = w_.batch * w_.groups * w_.rows;
    parallel(tasks, w_.elements(), [&](int64_t task) {
      Weights<T> weights(w_, at_);
      const AlignedArray<T> maps = make_zeros<T>(kChannels * at_.map);
      const AlignedArray<T> sums = make_zeros<T>(kChannels * step_);
      every_run(task, [&](const Run& run) {
        weights.load_run(run, kernels);
        in_parts<kChannels>(w_.depth(), [&](auto together, int64_t begin) {
          constexpr int M = decltype(together)::value;
          const int64_t first = channel(run, begin);
          gather_maps<M>(run, x + first * plane_of_x(), maps.get());
          in_parts<kPhases>(w_.phases(), [&](auto phases, int64_t p) {
            constexpr int P = decltype(phases)::value;
            const int64_t to = p * at_.cells;
            weigh<M, P>(maps.get(), weights.values() + to, sums.get() + to);
          });
          T* space = y + first * w_.plane();
          move_run<true>(w_, run, at_.cells, M, space, sums.get(), step_);
        });
      });
    });
  }

  // dx and dkernels are null where they are not wanted; then kernels may be null where
  // nothing is normalised, and x where dkernels is.
  void backward(const T* x, const T* kernels, const T* dy, T* dx, T* dkernels) const {
    if (dx) {
      parallel(w_.batch * w_.channels, w_.elements(), [&](int64_t c) {
        std::fill_n(dx + c * plane_of_x(), plane_of_x(), T(0));
      });
    }
    // Rows of neighbouring bands add to the same rows of dx, so that every other band
    // goes first; the order of all additions is fixed.
    const int64_t height = std::max<int64_t>(8, w_.span() / w_.stride + 1);
    const int64_t bands = (w_.rows + height - 1) / height;
    for (int64_t odd = 0; odd < 2; ++odd) {
      const int64_t some = (bands + 1 - odd) / 2;
      parallel(w_.batch * w_.groups * some, w_.elements(), [&](int64_t task) {
        const int64_t block = task / some, first = (task % some * 2 + odd) * height;
        const int64_t end = std::min(first + height, w_.rows);
        Backward work(*this, x, kernels, dy, dx, dkernels);
        for (int64_t row = first; row < end; ++row) {
          every_run(block * w_.rows + row, work);
        }
      });
    }
  }

 private:
  int64_t plane_of_x() const { return w_.height * w_.width; }
  int64_t channel(const Run& run, int64_t c) const {
    return run.n * w_.channels + run.g * w_.depth() + c;
  }

  // task: sample, group and row of cells.
  template <typename Work>
  void every_run(int64_t task, Work&& work) const {
    const int64_t block = task / w_.rows;
    for (int64_t begin = 0; begin < w_.columns; begin += at_.cells) {
      const int64_t count = std::min(at_.cells, w_.columns - begin);
      work(Run{block / w_.groups, block % w_.groups, task % w_.rows, begin, count});
    }
  }

  template <int M>
  void gather_maps(const Run& run, const T* planes, T* maps) const {
    for (int m = 0; m < M; ++m) {
      gather(w_, at_, run, planes + m * plane_of_x(), maps + m * at_.map);
    }
  }

  // M channels, P phases, as many cells as a vector has lanes.
  template <int M, int P>
  using Square = Vector<T>[M][P];

  template <int M, int P>
  void take(const T* lines, Square<M, P>& d) const {
    for (int m = 0; m < M; ++m) {
      for (int p = 0; p < P; ++p) d[m][p] = load(lines + m * step_ + p * at_.cells);
    }
  }

  // sums[m][p] = sum over taps of weights[q][p] * maps[m][q].
  template <int M, int P>
  void weigh(const T* maps, const T* weights, T* sums) const {
    for (int64_t j = 0; j < at_.cells; j += kLanes<T>) {
      Square<M, P> sum = {};
      for (int64_t q = 0; q < w_.taps(); ++q) {
        Vector<T> v[M];
        for (int m = 0; m < M; ++m) v[m] = load(maps + m * at_.map + taps_[q] + j);
        for (int p = 0; p < P; ++p) {
          const Vector<T> k = load(weights + q * step_ + p * at_.cells + j);
          for (int m = 0; m < M; ++m) sum[m][p] += k * v[m];
        }
      }
      for (int m = 0; m < M; ++m) {
        for (int p = 0; p < P; ++p)
          store(sums + m * step_ + p * at_.cells + j, sum[m][p]);
      }
    }
  }

  // gradient[q][p] += sum over channels of d[m][p] * maps[m][q].
  template <int M, int P>
  void correlate(const T* maps, const T* lines, T* gradient) const {
    for (int64_t j = 0; j < at_.cells; j += kLanes<T>) {
      Square<M, P> d;
      take<M, P>(lines + j, d);
      for (int64_t q = 0; q < w_.taps(); ++q) {
        Vector<T> v[M];
        for (int m = 0; m < M; ++m) v[m] = load(maps + m * at_.map + taps_[q] + j);
        for (int p = 0; p < P; ++p) {
          T* to = gradient + q * step_ + p * at_.cells + j;
          Vector<T> sum = d[0][p] * v[0];
          for (int m = 1; m < M; ++m) sum += d[m][p] * v[m];
          store(to, load(to) + sum);
        }
      }
    }
  }

  // parts[m][b] (+)= sum over phases of weights[a, b][p] * d[m][p]; before and after
  // its cells a run has zeros.
  template <int M, int P>
  void spread(const T* lines, const T* weights, bool fresh, T* parts) const {
    const int64_t length = at_.reach + at_.wide;
    for (int64_t j = 0; j < at_.cells; j += kLanes<T>) {
      Square<M, P> d;
      take<M, P>(lines + j, d);
      for (int64_t b = 0; b < w_.size; ++b) {
        Vector<T> k[P];
        for (int p = 0; p < P; ++p) k[p] = load(weights + b * step_ + p * at_.cells + j);
        for (int m = 0; m < M; ++m) {
          T* to = parts + (m * w_.size + b) * length + at_.reach + j;
          Vector<T> sum = d[m][0] * k[0];
          for (int p = 1; p < P; ++p) sum += d[m][p] * k[p];
          store(to, fresh ? sum : load(to) + sum);
        }
      }
    }
  }

  // line[e] = sum over taps of a row that read line f of parts[b][e - offset of b].
  void collect(const T* parts, int64_t f, T* line) const {
    const int64_t length = at_.reach + at_.wide;
    for (int64_t e = 0; e < at_.wide; e += kLanes<T>) {
      Vector<T> sum = {};
      for (int64_t b = 0; b < w_.size; ++b) {
        if (at_.line_of(w_, b) != f) continue;
        sum += load(parts + b * length + at_.reach - at_.offset(w_, b) + e);
      }
      store(line + e, sum);
    }
  }

  // One band: the gradients of one stretch after the other.
  class Backward {
   public:
    Backward(const Reassembly& all, const T* x, const T* kernels, const T* dy, T* dx,
             T* dkernels)
        : all_(all), w_(all.w_), at_(all.at_), x_(x), kernels_(kernels), dy_(dy),
          dx_(dx), dkernels_(dkernels), weights_(w_, at_),
          maps_(make_zeros<T>(kChannels * at_.map)),
          lines_(make_zeros<T>(kChannels * all.step_)),
          gradient_(make_zeros<T>(w_.taps() * all.step_)),
          parts_(make_zeros<T>(kChannels * w_.size * (at_.reach + at_.wide))),
          line_(make_zeros<T>(at_.wide)) {}

    void operator()(const Run& run) {
      if (dx_ || w_.changes()) weights_.load_run(run, kernels_);
      std::fill_n(gradient_.get(), w_.taps() * all_.step_, T(0));
      fill_rest(run, at_.cells, kChannels * w_.phases(), T(0), lines_.get());
      in_parts<kChannels>(w_.depth(), [&](auto together, int64_t begin) {
        channels<decltype(together)::value>(run, all_.channel(run, begin));
      });
      if (dkernels_) weights_.store_gradient(run, gradient_.get(), dkernels_);
    }

   private:
    template <int M>
    void channels(const Run& run, int64_t first) {
      T* space = const_cast<T*>(dy_) + first * w_.plane();  // read only
      move_run<false>(w_, run, at_.cells, M, space, lines_.get(), all_.step_);
      if (dkernels_) {
        all_.template gather_maps<M>(run, x_ + first * all_.plane_of_x(), maps_.get());
        in_parts<kPhases>(w_.phases(), [&](auto phases, int64_t p) {
          constexpr int P = decltype(phases)::value;
          const int64_t at = p * at_.cells;
          all_.template correlate<M, P>(maps_.get(), lines_.get() + at,
                                        gradient_.get() + at);
        });
      }
      if (!dx_) return;
      for (int64_t a = 0; a < w_.size; ++a) {
        if (row_of_x(w_, run, a) >= 0) row_of_windows<M>(run, first, a);
      }
    }

    template <int M>
    void row_of_windows(const Run& run, int64_t first, int64_t a) {
      const T* weights = weights_.values() + a * w_.size * all_.step_;
      in_parts<kPhases>(w_.phases(), [&](auto phases, int64_t p) {
        constexpr int P = decltype(phases)::value;
        const int64_t at = p * at_.cells;
        all_.template spread<M, P>(lines_.get() + at, weights + at, p == 0,
                                   parts_.get());
      });
      for (int m = 0; m < M; ++m) {
        T* plane = dx_ + (first + m) * all_.plane_of_x();
        const int64_t begin = m * w_.size * (at_.reach + at_.wide);
        for (int64_t f = 0; f < w_.stride; ++f) {
          all_.collect(parts_.get() + begin, f, line_.get());
          scatter_row(w_, at_, run, a, f, line_.get(), plane);
        }
      }
    }

    const Reassembly& all_;
    const Geometry& w_;
    const Layout<T>& at_;
    const T *x_, *kernels_, *dy_;
    T *dx_, *dkernels_;
    Weights<T> weights_;
    AlignedArray<T> maps_, lines_, gradient_, parts_, line_;
  };

  Geometry w_;
  Layout<T> at_;
  int64_t step_;  // between taps, and between channels of the output
  std::vector<int64_t> taps_;
};

}  // namespace resample
