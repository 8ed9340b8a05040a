// Runs every kernel on many shapes, for the sanitizers; prints a sum.
#include <cstdio>
#include <limits>
#include <random>

#include "cells.h"
#include "grid_sample.h"
#include "separable.h"

using namespace resample;

template <typename T>
struct Runner {
  std::mt19937 random{5};
  double sum = 0;

  std::vector<T> numbers(int64_t count) {
    std::uniform_real_distribution<T> any(-3, 3);
    std::vector<T> values(count);
    for (T& value : values) value = any(random);
    return values;
  }
  void note(const std::vector<T>& values) {
    for (T value : values) sum += value;
  }

  void cells(int64_t h, int64_t w, int64_t channels, int64_t scale) {
    for (int64_t order = 0; order < 3; ++order) {
      for (int which = 0; which < 4; ++which) {
        const Cells c(2, channels, h, w, scale, order);
        auto from = numbers(c.elements());
        std::vector<T> to(c.elements());
        const bool to_space = which & 1, last = which & 2;
        move_cells(c, to_space, last, to_space ? from.data() : to.data(),
                   to_space ? to.data() : from.data());
        note(to);
      }
    }
  }

  void separable(const Band<T>& rows, const Band<T>& columns, int64_t depth) {
    for (int back = 0; back < 2; ++back) {
      const Band<T> r = back ? transposed(rows) : rows;
      const Band<T> c = back ? transposed(columns) : columns;
      const auto x = numbers(2 * r.in * c.in * depth);
      std::vector<T> y(2 * r.out * c.out * depth);
      Separable<T>(r, c, depth)(x.data(), y.data(), 2);
      note(y);
    }
  }

  void interpolate(int64_t h, int64_t w, int64_t H, int64_t W, int64_t depth) {
    const float down = H > 1 ? float(h) / H : 0, right = W > 1 ? float(w) / W : 0;
    separable(nearest_band<T>(h, H, down), nearest_band<T>(w, W, right), depth);
    separable(area_band<T>(h, H), area_band<T>(w, W), depth);
    for (bool corners : {false, true}) {
      separable(linear_band<T>(h, H, down, corners),
                linear_band<T>(w, W, right, corners), depth);
      separable(cubic_band<T>(h, H, down, corners),
                cubic_band<T>(w, W, right, corners), depth);
    }
  }

  void sample(int64_t h, int64_t w, int64_t places) {
    for (int64_t how = 0; how < 18; ++how) {
      const GridSample<T> s = {2, 9, places, {h, w, how % 3, how / 3 % 3, how > 8}};
      const auto x = numbers(18 * h * w), dy = numbers(18 * places);
      auto grid = numbers(4 * places);
      grid[0] = std::numeric_limits<T>::quiet_NaN();
      grid[1] = std::numeric_limits<T>::infinity();
      grid[2] = -std::numeric_limits<T>::max();
      std::vector<T> y(18 * places), dx(18 * h * w), dgrid(4 * places);
      s.forward(x.data(), grid.data(), y.data());
      s.gradient_of_x(dy.data(), grid.data(), dx.data());
      s.gradient_of_grid(x.data(), dy.data(), grid.data(), dgrid.data());
      note(y);
      note(dx);
    }
  }

  void everything() {
    for (int64_t scale : {1, 2, 3, 4, 5, 8, 9}) {
      cells(1, 1, 1, scale);
      cells(5, 7, 3, scale);
      cells(3, 131, 5, scale);
    }
    for (int64_t depth : {1, 3}) {
      for (int64_t h : {1, 7, 33}) {
        for (int64_t H : {1, 3, 14, 33, 66, 132}) {
          interpolate(h, 7, H, 19, depth);
          interpolate(5, h, 9, H, depth);
          interpolate(h, 64, H, 128, depth);
          interpolate(h, 64, H, 16, depth);
        }
      }
    }
    for (int64_t places : {1, 127, 128, 300}) {
      sample(1, 1, places);
      sample(5, 1, places);
      sample(7, 11, places);
    }
  }
};

int main() {
  Runner<float> narrow;
  narrow.everything();
  Runner<double> wide;
  wide.everything();
  std::printf("%g %g\n", narrow.sum, wide.sum);
}
