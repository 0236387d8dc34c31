// The configuration keys sorted for people: a handful that matter most, and groups that are opened
// when wanted. By the beginning of the name, so that a new key has its place without a word here.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/keys.h"

namespace backflow::ui {

/// In the order of the panel. `essential` is always in sight and has no title.
enum class KeyGroup {
  essential,
  task,
  network,
  weights,
  optimiser,
  schedule,
  truncation,
  penalties,
  neuron
};
inline constexpr std::array kFoldedGroups{
    KeyGroup::task,     KeyGroup::network,    KeyGroup::weights,   KeyGroup::optimiser,
    KeyGroup::schedule, KeyGroup::truncation, KeyGroup::penalties, KeyGroup::neuron};

/// "Optimiser"
std::string title_of(KeyGroup group);

/// Every key is in one group.
KeyGroup group_of(std::string_view key_name);

/// Those that do something in this configuration, in the order of config::keys().
std::vector<const config::Key*> applicable_keys(KeyGroup group, const config::Config& config);

/// A value as a control shows it, as text markup: "by norm", "0.3", "auto (20)", "never".
std::string shown_value(const config::Key& key, const config::Config& config,
                        const std::string& value);

/// What in the group differs from the default and does something: "Adam", "β_{1} = 0.95"; text
/// markup.
std::vector<std::string> differences(KeyGroup group, const config::Config& config);

}  // namespace backflow::ui
