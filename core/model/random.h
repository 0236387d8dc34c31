// Random numbers that are the same on every machine for a given seed.
//
// The generator is xoshiro256** (Blackman & Vigna 2018), seeded through splitmix64. The
// distributions are ours, because std::normal_distribution is not specified bit for bit, and use
// only operations that IEEE 754 rounds exactly (+ − × ÷ √), because libraries' log and cos differ
// in the last place.
#pragma once

#include <array>
#include <cstdint>

#include "core/model/types.h"

namespace backflow::model {

class Random {
public:
  /// Streams of one seed are independent: the batch of iteration i is drawn from stream i, so any
  /// iteration's data can be made again without making those before it.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t bits();                      ///< 64 uniform bits
  double uniform();                          ///< in the open interval (0, 1), 52 bits
  double normal();                           ///< mean 0, variance 1
  std::uint64_t below(std::uint64_t bound);  ///< uniform in 0..bound − 1; bound > 0

  /// (rows, cols) of normal() times `scale`, drawn column by column.
  Matrix normal_matrix(Index rows, Index cols, double scale);
  /// (rows, cols) uniform in (−limit, limit), drawn column by column.
  Matrix uniform_matrix(Index rows, Index cols, double limit);

private:
  std::array<std::uint64_t, 4> state_;
};

/// The quantile function of the normal distribution, 0 < p < 1, to about 1e-16 relative
/// (Wichura 1988, algorithm AS 241, PPND16).
double normal_quantile(double p);

}  // namespace backflow::model
