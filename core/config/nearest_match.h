// "Did you mean …?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace backflow::config {

/// The candidate with the smallest edit distance to `word` (insertions, deletions, substitutions
/// and swaps of neighbours count 1), or an empty string when none is within a third of its length
/// + 1.
std::string nearest_match(std::string_view word, std::span<const std::string> candidates);

}  // namespace backflow::config
