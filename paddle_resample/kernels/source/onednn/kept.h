// The most recently used primitives.
#pragma once
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "onednn/objects.h"

namespace resample {

// Primitives by the numbers that describe them. oneDNN divides the work among the threads
// when it makes a primitive, so their number belongs to the key.
template <typename Primitive>
class Kept {
 public:
  using Key = std::vector<int64_t>;
  using Shared = std::shared_ptr<const Primitive>;  // one in use may be dropped here

  // make() returns a Shared.
  template <typename Make>
  Shared get(Key key, const Make& make) {
    key.push_back(threads());
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = places_.find(key);
    if (found != places_.end()) {
      used_.splice(used_.begin(), used_, found->second);
      return found->second->second;
    }
    Shared made = make();
    used_.emplace_front(key, made);
    places_[key] = used_.begin();
    if (used_.size() > kMost) {
      places_.erase(used_.back().first);
      used_.pop_back();
    }
    return made;
  }

 private:
  static constexpr size_t kMost = 1024;

  std::mutex mutex_;
  std::list<std::pair<Key, Shared>> used_;  // the latest first
  std::map<Key, typename std::list<std::pair<Key, Shared>>::iterator> places_;
};

// Those of a kind; they outlive every thread.
template <typename Primitive>
Kept<Primitive>& kept() {
  static auto* all = new Kept<Primitive>;
  return *all;
}

}  // namespace resample
