// Memory that begins where a line of the cache does: what is wide as one would else lie
// across two.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>

namespace resample {

struct GiveBack {
  void operator()(void* room) const { ::operator delete(room, std::align_val_t(64)); }
};

template <typename T>
using Room = std::unique_ptr<T[], GiveBack>;

// Not cleared: somebody will write it.
template <typename T>
Room<T> make_room(int64_t count) {
  return Room<T>(static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t(64))));
}

template <typename T>
Room<T> make_zeros(int64_t count) {
  Room<T> room = make_room<T>(count);
  std::fill_n(room.get(), count, T(0));
  return room;
}

}  // namespace resample
