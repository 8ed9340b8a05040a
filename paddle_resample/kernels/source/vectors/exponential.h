// The exponential of a vector, for softmax.
#pragma once
#include <cstdint>
#include <cstring>

#include "vectors/vectors.h"

namespace resample {

template <typename T>
struct ExpOf;
template <>
struct ExpOf<float> {
  using Bits = uint32_t;
  static constexpr int mantissa = 23, bias = 127, degree = 7;
  static constexpr float low = -87.f, shift = 12582912.f;  // 1.5 * 2^23
  static constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
};
template <>
struct ExpOf<double> {
  using Bits = uint64_t;
  static constexpr int mantissa = 52, bias = 1023, degree = 13;
  static constexpr double low = -708., shift = 6755399441055744.;  // 1.5 * 2^52
  static constexpr double ln2_high = 6.93145751953125e-1;
  static constexpr double ln2_low = 1.42860682030941723212e-6;
};

// exp(x) for x <= 0 to the last bits, 0 where it is no normal number: 2^n times the
// Taylor series of exp(x - n ln 2). Adding `shift` rounds to a whole number, which then
// stands in the last bits of the mantissa.
template <typename T>
inline Vector<T> exp_of_negative(Vector<T> x) {
  using E = ExpOf<T>;
  typedef typename E::Bits Bits __attribute__((vector_size(kVectorBytes)));
  const Vector<T> shifted = x * T(1.44269504088896340736) + E::shift;
  const Vector<T> n = shifted - E::shift;
  const Vector<T> rest = x - n * E::ln2_high - n * E::ln2_low;
  Vector<T> series = rest * T(1. / E::degree) + T(1);
  for (int k = E::degree - 1; k > 0; --k) series = series * rest * T(1. / k) + T(1);
  Bits bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + typename E::Bits(E::bias)) << E::mantissa;
  Vector<T> power;
  std::memcpy(&power, &bits, sizeof power);
  return x < E::low ? Vector<T>{} : series * power;
}

}  // namespace resample
