// Runs what oneDNN computes for us on many shapes, for the sanitizers; prints a sum. Every
// array lies between two pages that nobody may touch, because the sanitizers see our code
// alone and not the one that oneDNN makes at run time.
//
// onednn_kernels PATH/TO/libdnnl.so.3
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "conv/conv.h"
#include "conv/conv_bias.h"
#include "linear/linear.h"

using namespace resample;

// Floats that begin behind the first of those pages, or end before the second one.
class Fenced {
 public:
  Fenced(int64_t count, bool at_end) : count_(count) {
    const size_t page = sysconf(_SC_PAGESIZE);
    const size_t inside = (count * sizeof(float) + page - 1) / page * page;
    bytes_ = inside + 2 * page;
    void* all = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) std::abort();
    pages_ = static_cast<char*>(all);
    if (mprotect(pages_ + page, inside, PROT_READ | PROT_WRITE)) std::abort();
    const size_t unused = at_end ? inside - count * sizeof(float) : 0;
    data_ = reinterpret_cast<float*>(pages_ + page + unused);
  }
  Fenced(const Fenced&) = delete;
  ~Fenced() { munmap(pages_, bytes_); }

  float* get() const { return data_; }
  float* begin() const { return data_; }
  float* end() const { return data_ + count_; }

 private:
  int64_t count_;
  size_t bytes_;
  char* pages_;
  float* data_;
};

struct Runner {
  bool at_end;
  std::mt19937 random{5};
  double sum = 0;

  void fill(const Fenced& values) {
    std::uniform_real_distribution<float> any(-3, 3);
    for (float& value : values) value = any(random);
  }
  void note(const Fenced& values) {
    for (float value : values) sum += value;
  }

  void linear(int64_t rows, int64_t into, int64_t out) {
    Fenced x(rows * into, at_end), weight(into * out, at_end), bias(out, at_end);
    Fenced y(rows * out, at_end), dx(rows * into, at_end), dweight(into * out, at_end);
    Fenced dbias(out, at_end);
    for (const Fenced* values : {&x, &weight, &bias}) fill(*values);
    const Factor of_x{x.get(), rows, into, false}, of_weight{weight.get(), into, out, false};
    for (const float* added : {bias.get(), static_cast<float*>(nullptr)}) {
      multiply(of_x, of_weight, added, y.get());
      note(y);
    }
    const Factor of_dy{y.get(), rows, out, false};
    multiply(of_dy, {weight.get(), out, into, true}, nullptr, dx.get());
    multiply({x.get(), into, rows, true}, of_dy, nullptr, dweight.get());
    sum_rows(rows, out, y.get(), dbias.get());
    for (const Fenced* values : {&dx, &dweight, &dbias}) note(*values);
  }

  void conv(const ConvShape& s) {
    const int64_t taps = s.channels / s.groups * s.kernel_h * s.kernel_w;
    Fenced x(s.n * s.channels * s.h * s.w, at_end), dx(s.n * s.channels * s.h * s.w, at_end);
    Fenced weight(s.made * taps, at_end), dweight(s.made * taps, at_end);
    Fenced bias(s.made, at_end), dbias(s.made, at_end);
    Fenced y(s.n * s.made * s.to_h * s.to_w, at_end);
    for (const Fenced* values : {&x, &weight, &bias}) fill(*values);
    for (const bool biased : {false, true}) {
      conv_forward(s, x.get(), weight.get(), biased ? bias.get() : nullptr, y.get());
      conv_to_weight(s, x.get(), y.get(), dweight.get(), biased ? dbias.get() : nullptr);
      note(y);
      note(dweight);
    }
    conv_to_x(s, y.get(), weight.get(), dx.get());
    note(dx);
    add_bias(s.n, s.made, s.to_h * s.to_w, bias.get(), y.get());
    sum_channels(s.n, s.made, s.to_h * s.to_w, y.get(), dbias.get());
    note(y);
    note(dbias);
  }

  void conv(int64_t channels, int64_t made, int64_t h, int64_t w, int64_t kernel, int64_t stride,
            int64_t dilation, int64_t groups) {
    const int64_t before = dilation * (kernel - 1) / 2, after = before + (stride > 1);
    const auto made_of = [&](int64_t side) {
      return (side + before + after - dilation * (kernel - 1) - 1) / stride + 1;
    };
    conv({2, channels, h, w, made, made_of(h), made_of(w), kernel, kernel, stride, stride,
          dilation, dilation, before, before, after, after, groups});
  }

  void everything() {
    for (int64_t into : {1, 3, 16, 33, 130}) {
      for (int64_t out : {1, 7, 16, 97}) {
        linear(1, into, out);
        linear(5, into, out);
        linear(64, into, out);
        linear(131, into, out);
      }
    }
    for (int64_t side : {1, 5, 17, 40}) {
      for (int64_t channels : {1, 3, 8, 20}) {
        for (int64_t kernel : {1, 3, 4}) {
          conv(channels, 5, side, side + 3, kernel, 1, 1, 1);
          conv(channels, 16, side, side + 3, kernel, 2, 1, 1);
          conv(channels, channels, side, side, kernel, 1, 2, channels);
        }
      }
      conv(24, 32, side, side, 3, 1, 1, 4);
      conv(3, 64, side, side, 7, 2, 1, 1);
      conv(130, 140, side, side, 1, 1, 1, 1);
    }
  }
};

int main(int count, char** words) {
  if (count != 2 || dlopen(words[1], RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    std::fprintf(stderr, "no oneDNN: %s\n", count == 2 ? dlerror() : "give its path");
    return 2;
  }
  if (!onednn::library().obstacle.empty()) {
    std::fprintf(stderr, "%s\n", onednn::library().obstacle.c_str());
    return 2;
  }
  Runner ends{true}, begins{false};
  ends.everything();
  begins.everything();
  std::printf("%g %g\n", ends.sum, begins.sum);
}
