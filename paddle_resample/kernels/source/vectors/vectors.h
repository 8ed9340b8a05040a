// Vectors of a few numbers: Lanes<L, T>, of any length and anywhere in memory, and
// Vector<T>, of as many numbers as a register holds; and loops over parts of a row.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__AVX512F__) || defined(__FMA__)
#include <immintrin.h>
#endif

#ifdef __GNUC__
// How a function returns a vector wider than the registers does not matter: all is one
// translation unit.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace resample {

// L values anywhere in memory as one, for the compilers' vector arithmetic.
template <int L, typename T>
struct Lanes {
  typedef T type
      __attribute__((vector_size(L * sizeof(T)), aligned(sizeof(T)), may_alias));
  static type& at(T* first) { return *reinterpret_cast<type*>(first); }
  static const type& at(const T* first) {
    return *reinterpret_cast<const type*>(first);
  }
};

// The sum of L lanes, in an order that does not depend on the compiler.
template <int L, typename T>
T sum_of_lanes(const typename Lanes<L, T>::type& lanes) {
  if constexpr (L == 2) {
    return lanes[0] + lanes[1];
  } else {
    using Half = Lanes<L / 2, T>;
    T values[L];
    Lanes<L, T>::at(values) = lanes;
    return sum_of_lanes<L / 2, T>(Half::at(values) + Half::at(values + L / 2));
  }
}

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <typename T>
struct VectorOf {
  typedef T type __attribute__((vector_size(kVectorBytes)));
};
template <typename T>
using Vector = typename VectorOf<T>::type;

template <typename T>
constexpr int64_t kLanes = kVectorBytes / sizeof(T);

template <typename T>
inline Vector<T> load(const T* from) {
  Vector<T> v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

template <typename T>
inline void store(T* to, Vector<T> v) {
  std::memcpy(to, &v, sizeof v);
}

// A number in every lane. It is not added to zeros, which would have to be done: of -0
// that makes 0.
template <typename T>
inline Vector<T> in_every_lane(T value) {
  return value - Vector<T>{};
}

// a * b + c, rounded once where the processor can.
inline Vector<float> multiply_add(Vector<float> a, Vector<float> b, Vector<float> c) {
#if defined(__AVX512F__)
  return (Vector<float>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  return (Vector<float>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return a * b + c;
#endif
}

inline Vector<double> multiply_add(Vector<double> a, Vector<double> b, Vector<double> c) {
#if defined(__AVX512F__)
  return (Vector<double>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
  return (Vector<double>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
  return a * b + c;
#endif
}

// Call work(integral_constant<int, N>, begin) for every N of `count`, then for each one
// that is left.
template <int N, typename Work>
inline void in_parts(int64_t count, const Work& work) {
  int64_t begin = 0;
  for (; begin + N <= count; begin += N) work(std::integral_constant<int, N>(), begin);
  for (; begin < count; ++begin) work(std::integral_constant<int, 1>(), begin);
}

// The same, and what is left in parts of half as many, and half of that.
template <int N, typename Work>
inline void in_halves(int64_t count, const Work& work, int64_t begin = 0) {
  for (; begin + N <= count; begin += N) work(std::integral_constant<int, N>(), begin);
  if constexpr (N > 1) in_halves<N / 2>(count, work, begin);
}

// Call work(integral_constant<int, N>, begin) for parts of N that cover `count`; where N
// does not divide it the last part begins earlier, so work must not mind doing something
// twice. Fewer than N are covered by parts of half as many.
template <int N, typename Work>
inline void cover(int64_t count, const Work& work) {
  if constexpr (N > 1) {
    if (count < N) return cover<N / 2>(count, work);
  }
  int64_t begin = 0;
  for (; begin + N <= count; begin += N) work(std::integral_constant<int, N>(), begin);
  if (begin < count) work(std::integral_constant<int, N>(), count - N);
}

}  // namespace resample
