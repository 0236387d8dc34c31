// Published results, and closed forms, computed anew by this program: each a check with its source,
// its protocol, the published value and ours.
//
// A check computes with the same code as the window and compares along a road of its own. It fails
// when one of its findings does.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace backflow::verify {

/// How ours is held against the published value.
enum class Rule {
  near,      ///< |ours − published| ≤ tolerance
  at_most,   ///< ours ≤ published + tolerance
  at_least,  ///< ours ≥ published − tolerance
  reported   ///< told, not judged: the source has no such number
};

/// One number of a check.
struct Finding {
  std::string what;  ///< "λ₁, g = 2"
  double published = std::numeric_limits<double>::quiet_NaN();
  double ours = std::numeric_limits<double>::quiet_NaN();
  double tolerance = 0.0;  ///< ≥ 0, in the unit of the number
  Rule rule = Rule::near;

  /// False for a number that is not finite, unless it is only reported.
  bool passed() const;
};

/// Asked now and then, with the share of the check that is done, 0 to 1; true gives it up.
using Watch = std::function<bool(double share)>;

struct Options {
  int seeds = 3;  ///< of what is drawn at random, ≥ 1: seeds 1, 2, …
  Watch stop;     ///< may be empty

  bool stops(double share) const { return stop && stop(share); }
};

using Findings = std::optional<std::vector<Finding>>;

struct Check {
  std::string_view name;      ///< "saddle-nodes"
  std::string_view claim;     ///< one sentence
  std::string_view source;    ///< authors, year, place
  std::string_view protocol;  ///< what is computed, one sentence
  bool slow = false;          ///< takes more than a few seconds: run only when asked for
  /// Nothing when it was given up.
  Findings (*run)(const Options& options);
};

/// All there are, the quick ones first.
std::span<const Check> checks();
/// Null when there is none of that name.
const Check* find_check(std::string_view name);

bool passed(std::span<const Finding> findings);

}  // namespace backflow::verify
