// Sharing independent tasks among threads.
#pragma once
#include <pthread.h>

#include <cstdint>

namespace resample {

// Below this many elements in all a parallel region costs more than it saves.
constexpr int64_t kWorthSharing = 1 << 15;

// A child that was forked after the threads of its parent ran, as the workers of a
// DataLoader are, would wait for them for ever: it does without.
inline bool forked = false;
inline const int watched = pthread_atfork(nullptr, nullptr, [] { forked = true; });

// What each of so many gets at most.
inline int64_t share(int64_t count, int64_t among) { return (count + among - 1) / among; }

// Call task(i) for every i below `tasks`. A task writes what no other task touches and
// computes it in an order of its own, so results do not depend on who runs it.
template <typename Task>
void parallel(int64_t tasks, int64_t elements, const Task& task) {
  if (forked || tasks < 2 || elements <= kWorthSharing) {
    for (int64_t i = 0; i < tasks; ++i) task(i);
    return;
  }
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < tasks; ++i) task(i);
}

// The same with memory that a thread's tasks use one after the other: task(own, i), with
// own = make() once a thread.
template <typename Make, typename Task>
void parallel(int64_t tasks, int64_t elements, const Make& make, const Task& task) {
  if (forked || tasks < 2 || elements <= kWorthSharing) {
    auto own = make();
    for (int64_t i = 0; i < tasks; ++i) task(own, i);
    return;
  }
#pragma omp parallel
  {
    auto own = make();
#pragma omp for schedule(static)
    for (int64_t i = 0; i < tasks; ++i) task(own, i);
  }
}

}  // namespace resample
