#include "app/session/map_level.h"

#include <algorithm>
#include <array>

#include "core/gradient/coarse_norms.h"
#include "core/gradient/estimated_norms.h"

namespace backflow::session {
namespace {

using model::Index;
using training::IterationRecord;

constexpr double kSoon = 4e9;  // operations that take about a hundred milliseconds
// Of the estimates, level by level: at once (twice), a second, some, and most of a minute.
constexpr std::array<double, kCoarseLevels> kEstimates{kSoon, kSoon, 8e10, 5e11, 3e12};

// The finest estimate within so many operations; of eight steps at least.
CoarseMap estimate_within(double operations, const IterationRecord& record, Index T,
                          gradient::MatrixNorm norm) {
  Index nodes = std::min<Index>(8, T);
  while (nodes < T && gradient::estimation_cost(record.model, T, norm, nodes + 1) <= operations)
    ++nodes;
  return {(T + nodes - 1) / nodes, true};
}

}  // namespace

std::optional<CoarseMap> coarse_map(const IterationRecord& record, Index sequence,
                                    const AnalysisOptions& options, int level) {
  const Index T = record.trace.length(sequence), size = size_of_state(record);
  const double exact = gradient::estimated_cost(T, size, options.norm);
  if (exact <= kAtOnce) return std::nullopt;
  // The smallest stride that can be shown at once; the products into strides take what they take.
  Index stride = 1;
  while (stride < T && T / stride > 8 &&
         gradient::estimated_cost(T, size, options.norm, stride) > kAtOnce)
    ++stride;
  if (gradient::estimated_cost(T, size, options.norm, stride) <= kSoon)
    return level == kFirstLevel && stride > 1 ? std::optional(CoarseMap{stride, false})
                                              : std::nullopt;
  const double operations = kEstimates[static_cast<std::size_t>(level)];
  if (level > kFirstLevel && exact < 5.0 * operations) return std::nullopt;
  return estimate_within(operations, record, T, options.norm);
}

Index size_of_state(const IterationRecord& record) {
  return record.trace.h.rows() + record.trace.c.rows();
}

}  // namespace backflow::session
