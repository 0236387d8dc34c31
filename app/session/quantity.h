// Numbers of a session by name: "loss", "norm(100, 0)", "W_hh(1, 2)". Lessons write them into their
// text and expect values of them.
//
// Steps are those of the record, units and entries count from 1. Vectors, blame and δ are of the
// sequence that is shown and of its own loss, as in the explanation strip; loss, accuracy and
// gradients of the batch.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/session/snapshot.h"

namespace backflow::session {

/// Where a quantity is found, beside the record: nowhere else; in Snapshot::analysis; or in its
/// Analysis::spectra, which are there when they were asked for.
enum class QuantitySource { record, analysis, spectra };

struct QuantityInfo {
  std::string_view name;
  std::string_view arguments;    ///< as they are written: "t, k"; empty: none
  std::string_view description;  ///< one line, plain text
  double (*value)(const Snapshot& snapshot, std::span<const double> arguments);
  QuantitySource source = QuantitySource::record;

  std::size_t count() const;  ///< of the arguments
};

/// All there are.
std::span<const QuantityInfo> quantities();

struct Quantity {
  const QuantityInfo* info = nullptr;
  std::vector<double> arguments;
};

/// Reads "name" or "name(1, 2)". Returns an empty string, or what is wrong, to be read after the
/// text; `quantity` is unchanged then.
std::string parse_quantity(std::string_view text, Quantity& quantity);

/// NaN where there is no such number: a step or an entry beyond the last one, a map or a spectrum
/// that has not been computed yet.
double value_of(const Quantity& quantity, const Snapshot& snapshot);

}  // namespace backflow::session
