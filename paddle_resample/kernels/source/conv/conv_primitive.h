// One pass of a convolution as oneDNN runs it: its primitive, and the changes of layout
// around it.
#pragma once
#include <utility>
#include <vector>

#include "onednn/objects.h"
#include "platform/memory.h"

namespace resample {

enum class Pass { kForward, kToX, kToWeight };

// A convolution of x [n, channels, h, w] to y [n, made, to_h, to_w]. The order of the
// numbers is that of a key.
struct ConvShape {
  int64_t n, channels, h, w;
  int64_t made, to_h, to_w;
  int64_t kernel_h, kernel_w;
  int64_t stride_h, stride_w;
  int64_t dilation_h, dilation_w;  // 1 is dense
  int64_t top, left, bottom, right;
  int64_t groups;
};

// A tensor that enters or leaves a primitive: dense outside, perhaps otherwise inside.
class Port {
 public:
  Port(int role, bool leaves, Desc outside, const onednn::MemoryDesc* inside)
      : role_(role),
        leaves_(leaves),
        outside_(std::move(outside)),
        inside_(inside),
        reorder_(onednn::library().primitive_destroy) {
    const auto& dnnl = onednn::library();
    if (dnnl.desc_equal(outside_.get(), inside)) return;
    bytes_ = static_cast<int64_t>(dnnl.desc_size(inside));
    const auto *from = outside_.get(), *to = inside;
    if (leaves) std::swap(from, to);
    Owned<onednn::PrimitiveDesc> desc(dnnl.primitive_desc_destroy);
    require(dnnl.reorder(desc.address(), from, engine(), to, engine(), nullptr), "a reorder");
    require(dnnl.primitive_create(reorder_.address(), desc.get()), "a reorder");
  }

  // Add the tensor to the arguments; its copy in the inner layout is kept in `room`.
  void enter(Arguments& arguments, float* data, AlignedArray<char>& room) const {
    void* inner = data;
    if (bytes_ > 0) {
      room = make_array<char>(bytes_);
      inner = room.get();
      if (!leaves_) change(data, inner);
    }
    arguments.add(role_, inside_, inner);
  }
  void leave(float* data, const AlignedArray<char>& room) const {
    if (leaves_ && bytes_ > 0) change(room.get(), data);
  }

 private:
  void change(void* from, void* to) const {
    Arguments arguments;
    arguments.add(onednn::kSrcRole, leaves_ ? inside_ : outside_.get(), from);
    arguments.add(onednn::kDstRole, leaves_ ? outside_.get() : inside_, to);
    arguments.run(reorder_.get());
  }

  int role_;
  bool leaves_;
  Desc outside_;
  const onednn::MemoryDesc* inside_;  // of the primitive's description
  Owned<onednn::Primitive> reorder_;
  int64_t bytes_ = 0;  // of the inner layout; 0 where it is the outer one
};

class ConvPrimitive {
 public:
  ConvPrimitive(Pass pass, const ConvShape& s, bool biased, bool plain)
      : desc_(onednn::library().primitive_desc_destroy),
        primitive_(onednn::library().primitive_destroy) {
    const auto& dnnl = onednn::library();
    const std::vector<int64_t> x = {s.n, s.channels, s.h, s.w}, y = {s.n, s.made, s.to_h, s.to_w};
    std::vector<int64_t> weight = {s.made, s.channels / s.groups, s.kernel_h, s.kernel_w};
    if (s.groups > 1) {
      weight[0] /= s.groups;
      weight.insert(weight.begin(), s.groups);
    }
    const int64_t strides[] = {s.stride_h, s.stride_w};
    const int64_t dilations[] = {s.dilation_h - 1, s.dilation_w - 1};  // 0 is dense
    const int64_t before[] = {s.top, s.left}, after[] = {s.bottom, s.right};
    const Desc inner_x = plain ? dense_desc(x) : any_desc(x);
    const Desc inner_y = plain ? dense_desc(y) : any_desc(y);
    const Desc inner_weight = any_desc(weight), bias = dense_desc({s.made});
    const auto* bias_desc = biased ? bias.get() : nullptr;

    Owned<onednn::Attributes> own(dnnl.attributes_destroy);
    require(dnnl.attributes_create(own.address()), "attributes");
    require(dnnl.set_scratchpad_mode(own.get(), onednn::kUserScratch), "scratch of the user");

    Owned<onednn::PrimitiveDesc> forward(dnnl.primitive_desc_destroy);
    require(dnnl.forward(forward.address(), engine(), onednn::kForwardTraining,
                         onednn::kDirectConvolution, inner_x.get(), inner_weight.get(),
                         pass == Pass::kForward ? bias_desc : nullptr, inner_y.get(), strides,
                         dilations, before, after, own.get()),
            "a convolution");
    if (pass == Pass::kForward) {
      desc_ = std::move(forward);
    } else if (pass == Pass::kToX) {
      require(dnnl.backward_data(desc_.address(), engine(), onednn::kDirectConvolution,
                                 inner_x.get(), inner_weight.get(), inner_y.get(), strides,
                                 dilations, before, after, forward.get(), own.get()),
              "a convolution's gradient of x");
    } else {
      require(dnnl.backward_weights(desc_.address(), engine(), onednn::kDirectConvolution,
                                    inner_x.get(), inner_weight.get(), bias_desc, inner_y.get(),
                                    strides, dilations, before, after, forward.get(), own.get()),
              "a convolution's gradient of its weight");
    }
    require(dnnl.primitive_create(primitive_.address(), desc_.get()), "a convolution");

    using namespace onednn;
    const auto port = [&](int role, int query, const std::vector<int64_t>& shape, bool leaves) {
      ports_.emplace_back(role, leaves, dense_desc(shape), dnnl.query_desc(desc_.get(), query, 0));
    };
    if (pass == Pass::kToX) {
      port(kDiffSrcRole, kDiffSrc, x, true);
    } else {
      port(kSrcRole, kSrc, x, false);
    }
    if (pass == Pass::kToWeight) {
      port(kDiffWeightsRole, kDiffWeights, weight, true);
    } else {
      port(kWeightsRole, kWeights, weight, false);
    }
    if (pass == Pass::kForward) {
      port(kDstRole, kDst, y, true);
    } else {
      port(kDiffDstRole, kDiffDst, y, false);
    }
    if (biased) {
      ports_.emplace_back(pass == Pass::kForward ? kBiasRole : kDiffBiasRole,
                          pass != Pass::kForward, dense_desc({s.made}), bias_inside(pass));
    }
  }

  // Run on x, weight, y and, where it was made with one, bias. What enters is not changed.
  void operator()(float* x, float* weight, float* y, float* bias) const {
    const auto& dnnl = onednn::library();
    float* data[] = {x, weight, y, bias};
    AlignedArray<char> rooms[4], scratch;
    Arguments arguments;
    for (size_t i = 0; i < ports_.size(); ++i) ports_[i].enter(arguments, data[i], rooms[i]);
    const auto* needed = dnnl.query_desc(desc_.get(), onednn::kScratch, 0);
    const auto bytes = static_cast<int64_t>(dnnl.desc_size(needed));
    if (bytes > 0) {
      scratch = make_array<char>(bytes);
      arguments.add(onednn::kScratchRole, needed, scratch.get());
    }
    arguments.run(primitive_.get());
    for (size_t i = 0; i < ports_.size(); ++i) ports_[i].leave(data[i], rooms[i]);
    require(dnnl.stream_wait(stream()), "waiting");
  }

 private:
  const onednn::MemoryDesc* bias_inside(Pass pass) const {
    const int query = pass == Pass::kForward ? onednn::kWeights : onednn::kDiffWeights;
    return onednn::library().query_desc(desc_.get(), query, 1);
  }

  Owned<onednn::PrimitiveDesc> desc_;
  Owned<onednn::Primitive> primitive_;
  std::vector<Port> ports_;
};

}  // namespace resample
