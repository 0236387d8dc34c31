#include "core/verify/check.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/verify/check_list.h"

namespace backflow::verify {

bool Finding::passed() const {
  switch (rule) {
    case Rule::near:
      return std::abs(ours - published) <= tolerance;
    case Rule::at_most:
      return ours <= published + tolerance;
    case Rule::at_least:
      return ours >= published - tolerance;
    case Rule::reported:
      return true;
  }
  return false;
}

std::span<const Check> checks() {
  static const std::array kChecks{
      finite_differences_check(), norm_bound_check(),    orthogonal_check(),
      carousel_check(),           saddle_nodes_check(),  wall_check(),
      fixed_point_check(),        chaos_check(),         chance_check(),
      first_bit_check(),          temporal_order_check()};
  return kChecks;
}

const Check* find_check(std::string_view name) {
  const auto all = checks();
  const auto found = std::ranges::find(all, name, &Check::name);
  return found == all.end() ? nullptr : &*found;
}

bool passed(std::span<const Finding> findings) {
  return std::ranges::all_of(findings, [](const Finding& finding) { return finding.passed(); });
}

}  // namespace backflow::verify
