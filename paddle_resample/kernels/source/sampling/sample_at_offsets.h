// Bilinear sampling of groups of channels on a regular grid plus offsets, and both
// gradients, without a grid and without copies of the map.
//
// Each task interleaves its channels (see channel_lanes.h), samples whole vectors, and
// separates the channels of the samples again, a block at a time.
#pragma once
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "sampling/corners.h"
#include "vectors/channel_lanes.h"
#include "sampling/offset_axis.h"
#include "platform/parallel.h"
#include "platform/memory.h"

namespace resample {

// x [batch, channels, map], y [batch, channels, rows, columns]; offset [batch, 2 *
// groups * cell * cell, rows / cell, columns / cell]: columns of every group, then rows,
// the cells' pixels in channels as pixel shuffle has them.
template <typename T>
class OffsetSampling {
 public:
  OffsetSampling(int64_t batch, int64_t channels, int64_t groups, int64_t cell,
                 const Map<T>& map, const OffsetAxis<T>& down,
                 const OffsetAxis<T>& right)
      : batch_(batch), channels_(channels), groups_(groups), cell_(cell), map_(map),
        down_(down), right_(right), rows_(down.regular.size()),
        columns_(right.regular.size()), points_(rows_ * columns_),
        pixels_(map.height * map.width) {}

  void forward(const T* x, const T* offset, T* y) const {
    with_lanes([&](auto lanes) {
      every_task<lanes.value>(
          [&](const Task& t) { sample<lanes.value>(t, x, offset, y); });
    });
  }

  // dx or doffset may be null.
  void backward(const T* x, const T* offset, const T* dy, T* dx, T* doffset) const {
    with_lanes([&](auto lanes) {
      constexpr int L = lanes.value;
      const int64_t parts = doffset ? parts_of_group(L) : 0;
      const AlignedArray<T> sums = make_array<T>(parts * batch_ * groups_ * 2 * points_);
      every_task<L>([&](const Task& t) {
        if (dx && doffset) gradients<L, true, true>(t, x, offset, dy, dx, sums.get());
        if (dx && !doffset) gradients<L, true, false>(t, x, offset, dy, dx, sums.get());
        if (!dx && doffset) gradients<L, false, true>(t, x, offset, dy, dx, sums.get());
      });
      if (doffset) gradient_of_offsets(sums.get(), parts, doffset);
    });
  }

 private:
  template <int L>
  using Count = std::integral_constant<int, L>;

  // Some channels of one group: `maps` maps of lanes, the last perhaps not full.
  struct Task {
    int64_t n, group, part, first, channels, maps;
  };

  static constexpr int kMaps = 4;  // of a task at most

  int64_t in_group() const { return channels_ / groups_; }

  template <typename Work>
  void with_lanes(const Work& work) const {
    if (in_group() > 8) return work(Count<16>());
    if (in_group() > 4) return work(Count<8>());
    work(Count<4>());
  }

  // Tasks that share a group: so many that there is work for some threads, a number that
  // the shapes alone decide.
  int64_t parts_of_group(int lanes) const {
    const int64_t maps = (in_group() + lanes - 1) / lanes;
    const int64_t wanted = std::max<int64_t>(1, 8 / (batch_ * groups_));
    return std::min(maps, std::max(wanted, (maps + kMaps - 1) / kMaps));
  }

  template <int L, typename Work>
  void every_task(const Work& work) const {
    const int64_t parts = parts_of_group(L), all = (in_group() + L - 1) / L;
    const int64_t elements = batch_ * channels_ * std::max(points_, pixels_);
    parallel(batch_ * groups_ * parts, elements, [&](int64_t task) {
      const int64_t part = task % parts, group = task / parts % groups_;
      const int64_t first = part * all / parts, last = (part + 1) * all / parts;
      const int64_t channels = std::min(last * L, in_group()) - first * L;
      work({task / parts / groups_, group, part, group * in_group() + first * L, channels,
            last - first});
    });
  }

  // Call work(first location, count, corners) for every block of a group's points.
  template <typename Work>
  void every_block(const T* offset, const Task& t, const Work& work) const {
    const int64_t together = std::max<int64_t>(1, kLaneBlock / columns_);
    std::vector<T> x(together * columns_), y(together * columns_);
    Corners<T> corners;
    for (int64_t top = 0; top < rows_; top += together) {
      const int64_t bottom = std::min(top + together, rows_);
      for (int64_t r = top; r < bottom; ++r) {
        T* across = &x[(r - top) * columns_];
        T* along = &y[(r - top) * columns_];
        offset_line<true>(const_cast<T*>(offset), t.n, t.group, r, across);
        offset_line<true>(const_cast<T*>(offset), t.n, groups_ + t.group, r, along);
        for (int64_t j = 0; j < columns_; ++j) {
          across[j] = right_.grid(across[j], j);
          along[j] = down_.grid(along[j], r);
        }
      }
      const int64_t end = (bottom - top) * columns_;
      for (int64_t begin = 0; begin < end; begin += kLaneBlock) {
        const int count = static_cast<int>(std::min<int64_t>(kLaneBlock, end - begin));
        corners.find(&x[begin], &y[begin], count, map_);
        work(top * columns_ + begin, count, corners);
      }
    }
  }

  // One row of one component of the offsets, or back; read only when `gathering`.
  template <bool gathering>
  void offset_line(T* offset, int64_t n, int64_t component, int64_t row, T* line) const {
    const int64_t width = columns_ / cell_, plane = points_ / (cell_ * cell_);
    std::vector<T*> parts(cell_);
    const int64_t first = ((n * 2 * groups_ + component) * cell_ + row % cell_) * cell_;
    for (int64_t k = 0; k < cell_; ++k) {
      parts[k] = offset + (first + k) * plane + row / cell_ * width;
    }
    interleave_any<gathering>(line, parts.data(), cell_, width);
  }

  // The task's maps, interleaved, with a pixel of zeros after each.
  template <int L>
  AlignedArray<T> lanes_of(const Task& t, const T* x) const {
    AlignedArray<T> lanes = make_array<T>(t.maps * (pixels_ + 1) * L);
    const T* planes = x + (t.n * channels_ + t.first) * pixels_;
    for (int64_t m = 0; m < t.maps; ++m) {
      T* map = lanes.get() + m * (pixels_ + 1) * L;
      interleave_padded<L>(planes + m * L * pixels_, pixels_, t.channels - m * L, map);
    }
    return lanes;
  }

  template <int L>
  void sample(const Task& t, const T* x, const T* offset, T* y) const {
    using Vector = Lanes<L, T>;
    const auto lanes = lanes_of<L>(t, x);
    alignas(64) T samples[kLaneBlock * L];
    every_block(offset, t, [&](int64_t begin, int count, const Corners<T>& c) {
      for (int64_t m = 0; m < t.maps; ++m) {
        const T* map = lanes.get() + m * (pixels_ + 1) * L;
        for (int i = 0; i < count; ++i) {
          const T* p[4];
          for (int k = 0; k < 4; ++k) p[k] = map + int64_t(c.index[k][i]) * L;
          const T w[4] = {c.weight[0][i], c.weight[1][i], c.weight[2][i],
                          c.weight[3][i]};
          Vector::at(samples + i * L) =
              w[0] * Vector::at(p[0]) + w[1] * Vector::at(p[1]) +
              w[2] * Vector::at(p[2]) + w[3] * Vector::at(p[3]);
        }
        T* out = y + (t.n * channels_ + t.first + m * L) * points_ + begin;
        interleave_block<false, L>(samples, out, points_, t.channels - m * L, count);
      }
    });
  }

  template <int L, bool for_x, bool for_offset>
  void gradients(const Task& t, const T* x, const T* offset, const T* dy, T* dx,
                 T* sums) const {
    const int64_t map_size = (pixels_ + 1) * L;
    AlignedArray<T> lanes, added;
    if (for_offset) lanes = lanes_of<L>(t, x);
    if (for_x) added = make_zeros<T>(t.maps * map_size);
    T* sum = sums + ((t.part * batch_ + t.n) * groups_ + t.group) * 2 * points_;
    T* from = const_cast<T*>(dy) + (t.n * channels_ + t.first) * points_;  // read only
    alignas(64) T dy_block[kMaps][kLaneBlock * L];
    every_block(offset, t, [&](int64_t begin, int count, const Corners<T>& c) {
      for (int64_t m = 0; m < t.maps; ++m) {
        interleave_block<true, L>(dy_block[m], from + m * L * points_ + begin, points_,
                            t.channels - m * L, count);
      }
      for (int i = 0; i < count; ++i) {
        typename Lanes<L, T>::type across = {}, along = {};
        for (int64_t m = 0; m < t.maps; ++m) {
          const T* d = dy_block[m] + i * L;
          if (for_offset) slopes<L>(lanes.get() + m * map_size, c, i, d, across, along);
          if (for_x) add<L>(added.get() + m * map_size, c, i, d);
        }
        if (!for_offset) continue;
        sum[begin + i] = sum_of_lanes<L, T>(across) * c.slope_x[i];
        sum[points_ + begin + i] = sum_of_lanes<L, T>(along) * c.slope_y[i];
      }
    });
    for (int64_t m = 0; for_x && m < t.maps; ++m) {
      T* planes = dx + (t.n * channels_ + t.first + m * L) * pixels_;
      interleave_map<false, L>(added.get() + m * map_size, planes, pixels_,
                               t.channels - m * L, pixels_);
    }
  }

  // across, along += the gradient of location i, lane by lane.
  template <int L, typename Vector>
  static void slopes(const T* map, const Corners<T>& c, int i, const T* dy,
                     Vector& across, Vector& along) {
    const T right = c.right[i], left = 1 - right, below = c.below[i], above = 1 - below;
    const auto value = [&](int k) -> const Vector& {
      return Lanes<L, T>::at(map + int64_t(c.index[k][i]) * L);
    };
    const Vector &e = value(0), &f = value(1), &g = value(2), &h = value(3);
    const Vector& d = Lanes<L, T>::at(dy);
    across += d * ((f - e) * above + (h - g) * below);
    along += d * ((g - e) * left + (h - f) * right);
  }

  template <int L>
  static void add(T* map, const Corners<T>& c, int i, const T* dy) {
    using Vector = Lanes<L, T>;
    for (int k = 0; k < 4; ++k) {
      T* pixel = map + int64_t(c.index[k][i]) * L;
      Vector::at(pixel) += c.weight[k][i] * Vector::at(dy);
    }
  }

  // sums [parts, batch, groups, 2, points] of the grid -> the gradient of the offsets.
  void gradient_of_offsets(const T* sums, int64_t parts, T* doffset) const {
    const int64_t part = batch_ * groups_ * 2 * points_;
    parallel(batch_ * groups_ * 2, part * parts, [&](int64_t task) {
      const int64_t n = task / 2 / groups_, group = task / 2 % groups_, way = task % 2;
      const OffsetAxis<T>& axis = way ? down_ : right_;
      std::vector<T> line(columns_);
      for (int64_t r = 0; r < rows_; ++r) {
        const T* from = sums + task * points_ + r * columns_;
        std::copy_n(from, columns_, line.data());
        for (int64_t p = 1; p < parts; ++p) {
          for (int64_t j = 0; j < columns_; ++j) line[j] += from[p * part + j];
        }
        for (T& value : line) value = axis.gradient(value);
        offset_line<false>(doffset, n, way * groups_ + group, r, line.data());
      }
    });
  }

  int64_t batch_, channels_, groups_, cell_;
  Map<T> map_;
  const OffsetAxis<T>& down_;
  const OffsetAxis<T>& right_;
  int64_t rows_, columns_, points_, pixels_;
};

}  // namespace resample
