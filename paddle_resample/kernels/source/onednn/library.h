// The few functions of oneDNN's C interface that convolution and linear layers need, taken
// from the library that Paddle has loaded.
//
// They are declared here and looked up at run time: nothing has to be installed or
// linked, and where Paddle brings no oneDNN 3 the other kernels still load. Within a
// major version oneDNN keeps these functions and numbers.
#pragma once
#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace resample {
namespace onednn {

// oneDNN's objects, whose insides are its own.
struct Engine;
struct Stream;
struct Memory;
struct MemoryDesc;
struct Primitive;
struct PrimitiveDesc;
struct Attributes;

using Status = int;  // 0 is success

struct Argument {
  int role;
  Memory* memory;
};

struct Version {
  int major, minor, patch;
  const char* hash;
  unsigned cpu_runtime, gpu_runtime;
};

// Values of oneDNN's enumerations.
constexpr int kFloat32 = 3, kAnyLayout = 1, kCpu = 1, kInOrder = 1, kUserScratch = 1;
constexpr int kForwardTraining = 64, kDirectConvolution = 1;
constexpr int kMaxDimensions = 12;
enum Query { kSrc = 129, kDiffSrc, kWeights, kDiffWeights, kDst, kDiffDst, kScratch = 136 };
enum Role {
  kSrcRole = 1,
  kDstRole = 17,
  kWeightsRole = 33,
  kBiasRole = 41,
  kScratchRole = 80,
  kDiffSrcRole = 129,
  kDiffDstRole = 145,
  kDiffWeightsRole = 161,
  kDiffBiasRole = 169,
};

struct Library {
  std::string obstacle;  // why it cannot be used; empty where it can

  const Version* (*version)();
  Status (*engine_create)(Engine**, int kind, size_t index);
  Status (*stream_create)(Stream**, Engine*, unsigned flags);
  Status (*stream_wait)(Stream*);
  Status (*memory_create)(Memory**, const MemoryDesc*, Engine*, void*);
  Status (*memory_destroy)(Memory*);
  Status (*desc_create_with_strides)(MemoryDesc**, int rank, const int64_t* shape, int type,
                                     const int64_t* strides);
  Status (*desc_create_with_tag)(MemoryDesc**, int rank, const int64_t* shape, int type,
                                 int tag);
  Status (*desc_destroy)(MemoryDesc*);
  int (*desc_equal)(const MemoryDesc*, const MemoryDesc*);
  size_t (*desc_size)(const MemoryDesc*);
  Status (*attributes_create)(Attributes**);
  Status (*attributes_destroy)(Attributes*);
  Status (*set_scratchpad_mode)(Attributes*, int mode);
  const MemoryDesc* (*query_desc)(const PrimitiveDesc*, int what, int index);
  Status (*primitive_create)(Primitive**, const PrimitiveDesc*);
  Status (*primitive_destroy)(Primitive*);
  Status (*primitive_desc_destroy)(PrimitiveDesc*);
  Status (*execute)(const Primitive*, Stream*, int count, const Argument*);
  Status (*reorder)(PrimitiveDesc**, const MemoryDesc* from, Engine*, const MemoryDesc* to,
                    Engine*, const Attributes*);
  Status (*forward)(PrimitiveDesc**, Engine*, int propagation, int algorithm,
                    const MemoryDesc* src, const MemoryDesc* weights, const MemoryDesc* bias,
                    const MemoryDesc* dst, const int64_t* strides, const int64_t* dilations,
                    const int64_t* before, const int64_t* after, const Attributes*);
  Status (*backward_data)(PrimitiveDesc**, Engine*, int algorithm, const MemoryDesc* diff_src,
                          const MemoryDesc* weights, const MemoryDesc* diff_dst,
                          const int64_t* strides, const int64_t* dilations,
                          const int64_t* before, const int64_t* after,
                          const PrimitiveDesc* forward, const Attributes*);
  Status (*backward_weights)(PrimitiveDesc**, Engine*, int algorithm, const MemoryDesc* src,
                             const MemoryDesc* diff_weights, const MemoryDesc* diff_bias,
                             const MemoryDesc* diff_dst, const int64_t* strides,
                             const int64_t* dilations, const int64_t* before,
                             const int64_t* after, const PrimitiveDesc* forward,
                             const Attributes*);
  Status (*matmul)(PrimitiveDesc**, Engine*, const MemoryDesc* src, const MemoryDesc* weights,
                   const MemoryDesc* bias, const MemoryDesc* dst, const Attributes*);

  Library() {
    void* handle = dlopen("libdnnl.so.3", RTLD_NOW | RTLD_NOLOAD);
    if (handle == nullptr) {
      obstacle = "this Paddle brings no oneDNN 3";
      return;
    }
    take(handle, "dnnl_version", version);
    take(handle, "dnnl_engine_create", engine_create);
    take(handle, "dnnl_stream_create", stream_create);
    take(handle, "dnnl_stream_wait", stream_wait);
    take(handle, "dnnl_memory_create", memory_create);
    take(handle, "dnnl_memory_destroy", memory_destroy);
    take(handle, "dnnl_memory_desc_create_with_strides", desc_create_with_strides);
    take(handle, "dnnl_memory_desc_create_with_tag", desc_create_with_tag);
    take(handle, "dnnl_memory_desc_destroy", desc_destroy);
    take(handle, "dnnl_memory_desc_equal", desc_equal);
    take(handle, "dnnl_memory_desc_get_size", desc_size);
    take(handle, "dnnl_primitive_attr_create", attributes_create);
    take(handle, "dnnl_primitive_attr_destroy", attributes_destroy);
    take(handle, "dnnl_primitive_attr_set_scratchpad_mode", set_scratchpad_mode);
    take(handle, "dnnl_primitive_desc_query_md", query_desc);
    take(handle, "dnnl_primitive_create", primitive_create);
    take(handle, "dnnl_primitive_destroy", primitive_destroy);
    take(handle, "dnnl_primitive_desc_destroy", primitive_desc_destroy);
    take(handle, "dnnl_primitive_execute", execute);
    take(handle, "dnnl_reorder_primitive_desc_create", reorder);
    take(handle, "dnnl_convolution_forward_primitive_desc_create", forward);
    take(handle, "dnnl_convolution_backward_data_primitive_desc_create", backward_data);
    take(handle, "dnnl_convolution_backward_weights_primitive_desc_create", backward_weights);
    take(handle, "dnnl_matmul_primitive_desc_create", matmul);
    if (obstacle.empty() && version()->major != 3) obstacle = "Paddle's oneDNN is not version 3";
  }

 private:
  template <typename Function>
  void take(void* handle, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle, name));
    if (function == nullptr && obstacle.empty()) {
      obstacle = "Paddle's oneDNN has no " + std::string(name);
    }
  }
};

inline const Library& library() {
  static const Library* found = new Library;  // outlives every thread
  return *found;
}

}  // namespace onednn
}  // namespace resample
