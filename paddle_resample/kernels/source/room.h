// Room for numbers that somebody will write: not cleared, and beginning where a line of
// the cache does.
#pragma once
#include <cstdint>
#include <memory>
#include <new>

namespace resample {

struct LeaveRoom {
  void operator()(void* room) const { ::operator delete(room, std::align_val_t(64)); }
};

template <typename T>
using Room = std::unique_ptr<T[], LeaveRoom>;

template <typename T>
Room<T> make_room(int64_t count) {
  return Room<T>(static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t(64))));
}

}  // namespace resample
