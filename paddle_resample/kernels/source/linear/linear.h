// A linear layer of rows, forward and backward, by oneDNN's matrix products.
#pragma once
#include <memory>
#include <vector>

#include "onednn/kept.h"
#include "onednn/objects.h"
#include "vectors/weighted_rows.h"

namespace resample {

// A matrix of a product: as it lies in memory, or its transpose.
struct Factor {
  const float* data;
  int64_t rows, columns;
  bool turned;  // whether it lies in memory as [columns, rows]

  Desc desc() const {
    // oneDNN does not expect the strides of a transpose where there is nothing to turn.
    return turned && rows > 1 && columns > 1 ? strided_desc({rows, columns}, {1, rows})
                  : strided_desc({rows, columns}, {columns, 1});
  }
};

class MatrixProduct {
 public:
  MatrixProduct(const Factor& a, const Factor& b, bool biased)
      : desc_(onednn::library().primitive_desc_destroy),
        primitive_(onednn::library().primitive_destroy),
        a_(a.desc()),
        b_(b.desc()),
        y_(dense_desc({a.rows, b.columns})),
        bias_(dense_desc({1, b.columns})) {
    const auto& dnnl = onednn::library();
    Owned<onednn::Attributes> own(dnnl.attributes_destroy);
    require(dnnl.attributes_create(own.address()), "attributes");
    require(dnnl.set_scratchpad_mode(own.get(), onednn::kUserScratch), "scratch of the user");
    require(dnnl.matmul(desc_.address(), engine(), a_.get(), b_.get(),
                        biased ? bias_.get() : nullptr, y_.get(), own.get()),
            "a matrix product");
    require(dnnl.primitive_create(primitive_.address(), desc_.get()), "a matrix product");
  }

  // bias: or nullptr, as it was made.
  void operator()(const float* a, const float* b, const float* bias, float* y) const {
    const auto change = [](const float* data) { return const_cast<float*>(data); };
    const auto& dnnl = onednn::library();
    Arguments arguments;
    arguments.add(onednn::kSrcRole, a_.get(), change(a));
    arguments.add(onednn::kWeightsRole, b_.get(), change(b));
    arguments.add(onednn::kDstRole, y_.get(), y);
    if (bias != nullptr) arguments.add(onednn::kBiasRole, bias_.get(), change(bias));
    const auto* needed = dnnl.query_desc(desc_.get(), onednn::kScratch, 0);
    const auto bytes = static_cast<int64_t>(dnnl.desc_size(needed));
    AlignedArray<char> scratch;
    if (bytes > 0) {
      scratch = make_array<char>(bytes);
      arguments.add(onednn::kScratchRole, needed, scratch.get());
    }
    arguments.run(primitive_.get());
    require(dnnl.stream_wait(stream()), "waiting");
  }

 private:
  Owned<onednn::PrimitiveDesc> desc_;
  Owned<onednn::Primitive> primitive_;
  Desc a_, b_, y_, bias_;
};

// y = a b + bias, bias or nullptr.
inline void multiply(const Factor& a, const Factor& b, const float* bias, float* y) {
  const std::vector<int64_t> key = {a.rows,     a.columns, b.columns,
                                    a.turned,   b.turned,  bias != nullptr};
  const auto run = kept<MatrixProduct>().get(
      key, [&] { return std::make_shared<const MatrixProduct>(a, b, bias != nullptr); });
  (*run)(a.data, b.data, bias, y);
}

// sums [columns] of x [rows, columns], in parts that the shape decides.
inline void sum_rows(int64_t rows, int64_t columns, const float* x, float* sums) {
  constexpr int64_t kMostParts = 32, kTogether = 4;
  const float ones[kTogether] = {1, 1, 1, 1};
  const int64_t parts = std::min(kMostParts, (rows + kTogether - 1) / kTogether);
  const AlignedArray<float> part_sums = make_array<float>(parts * columns);
  const auto sum = [&](const float* from, int64_t begin, int64_t end, float* to) {
    std::fill_n(to, columns, 0.f);
    for (int64_t i = begin; i < end; i += kTogether) {
      const int64_t count = std::min(kTogether, end - i);
      const float* some[kTogether];
      for (int64_t k = 0; k < count; ++k) some[k] = from + (i + k) * columns;
      add_some<false>(ones, some, count, columns, to);
    }
  };
  parallel(parts, rows * columns, [&](int64_t part) {
    sum(x, rows * part / parts, rows * (part + 1) / parts, part_sums.get() + part * columns);
  });
  sum(part_sums.get(), 0, parts, sums);
}

}  // namespace resample
