// Numbers compared to the last bit: a NaN is equal to itself, and −0 is not 0.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "core/model/parameters.h"

namespace backflow::support {

/// A hash of numbers, by their bits, and of the shapes they stand in.
class Bits {
public:
  void add(double x) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &x, sizeof bits);
    add(bits);
  }
  void add(std::uint64_t x) {
    hash_ = (hash_ ^ x) * 0x9E3779B97F4A7C15ull;
    hash_ ^= hash_ >> 29;
  }
  void add(const Eigen::Ref<const model::Matrix>& m) {
    add(static_cast<std::uint64_t>(m.rows()));
    for (model::Index j = 0; j < m.cols(); ++j)
      for (model::Index i = 0; i < m.rows(); ++i) add(m(i, j));
  }
  void add(const model::Parameters& p) {
    for (const auto& tensor : model::tensors(p)) add(tensor);
  }
  std::uint64_t value() const { return hash_; }

private:
  std::uint64_t hash_ = 14695981039346656037ull;
};

template <class T>
std::uint64_t bits_of(const T& x) {
  Bits bits;
  bits.add(x);
  return bits.value();
}

/// Names the first tensor that differs.
inline ::testing::AssertionResult same_bits(const model::Parameters& a,
                                            const model::Parameters& b) {
  const auto x = model::tensors(a), y = model::tensors(b);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (bits_of(x[i]) != bits_of(y[i]))
      return ::testing::AssertionFailure() << std::string(model::kTensorNames[i]) << " differs";
  return ::testing::AssertionSuccess();
}

}  // namespace backflow::support
