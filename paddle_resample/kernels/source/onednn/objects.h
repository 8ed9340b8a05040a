// Objects of oneDNN, and arguments for one of its primitives.
#pragma once
#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "onednn/library.h"
#include "platform/memory.h"
#include "platform/parallel.h"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace resample {

inline void require(onednn::Status status, const char* what) {
  if (status != 0) {
    throw std::runtime_error("oneDNN: " + std::string(what) + " failed with status " +
                             std::to_string(status));
  }
}

// An object of oneDNN and its end.
template <typename T>
class Owned {
 public:
  using End = onednn::Status (*)(T*);
  explicit Owned(End end, T* object = nullptr) : end_(end), object_(object) {}
  Owned(Owned&& other) noexcept : end_(other.end_), object_(std::exchange(other.object_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(end_, other.end_);
    std::swap(object_, other.object_);
    return *this;
  }
  ~Owned() {
    if (object_ != nullptr) end_(object_);
  }
  T* get() const { return object_; }
  T** address() { return &object_; }

 private:
  End end_;
  T* object_;
};

inline onednn::Engine* engine() {
  static onednn::Engine* made = [] {
    onednn::Engine* engine = nullptr;
    require(onednn::library().engine_create(&engine, onednn::kCpu, 0), "an engine");
    return engine;
  }();
  return made;
}

// One a thread. None is destroyed: a thread may end after the library's own end.
inline onednn::Stream* stream() {
  static thread_local onednn::Stream* made = [] {
    onednn::Stream* stream = nullptr;
    require(onednn::library().stream_create(&stream, engine(), onednn::kInOrder), "a stream");
    return stream;
  }();
  return made;
}

class Arguments {
 public:
  void add(int role, const onednn::MemoryDesc* desc, void* data) {
    const auto& dnnl = onednn::library();
    memories_.emplace_back(dnnl.memory_destroy);
    require(dnnl.memory_create(memories_.back().address(), desc, engine(), data), "memory");
    list_.push_back({role, memories_.back().get()});
  }
  void run(const onednn::Primitive* primitive) const {
    const auto& dnnl = onednn::library();
    require(dnnl.execute(primitive, stream(), static_cast<int>(list_.size()), list_.data()),
            "a primitive");
  }

 private:
  std::vector<Owned<onednn::Memory>> memories_;
  std::vector<onednn::Argument> list_;
};

using Desc = Owned<onednn::MemoryDesc>;

inline Desc strided_desc(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
  const int rank = static_cast<int>(shape.size());
  int64_t dims[onednn::kMaxDimensions] = {}, steps[onednn::kMaxDimensions] = {};
  std::copy(shape.begin(), shape.end(), dims);
  std::copy(strides.begin(), strides.end(), steps);
  const auto& dnnl = onednn::library();
  Desc desc(dnnl.desc_destroy);
  require(dnnl.desc_create_with_strides(desc.address(), rank, dims, onednn::kFloat32, steps),
          "a layout");
  return desc;
}

inline Desc dense_desc(const std::vector<int64_t>& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size() - 1; i > 0; --i) strides[i - 1] = strides[i] * shape[i];
  return strided_desc(shape, strides);
}

inline Desc any_desc(const std::vector<int64_t>& shape) {
  const int rank = static_cast<int>(shape.size());
  int64_t dims[onednn::kMaxDimensions] = {};
  std::copy(shape.begin(), shape.end(), dims);
  const auto& dnnl = onednn::library();
  Desc desc(dnnl.desc_destroy);
  require(dnnl.desc_create_with_tag(desc.address(), rank, dims, onednn::kFloat32,
                                    onednn::kAnyLayout),
          "a layout");
  return desc;
}

// How many threads oneDNN will use: one in a forked child, see parallel.h.
inline int64_t threads() {
#ifdef _OPENMP
  if (forked) omp_set_num_threads(1);
  return omp_get_max_threads();
#else
  return 1;
#endif
}

}  // namespace resample
