// What has to be sent so that a key takes a value: the key itself, and before it those that would
// stand in its way and have a value of their own to go back to.
#pragma once

#include <string>
#include <vector>

#include "core/config/keys.h"

namespace backflow::ui {

struct Setting {
  std::string key, value;
};

struct KeyChange {
  std::vector<Setting> settings;  ///< in the order in which to send them, unless refused
  std::string refusal;            ///< why it is not possible, one sentence; empty when it is
};

/// Another task, or another shape of it, may not allow the length, the number of sequences, the
/// loss, … chosen before: those go back to "auto", as few as possible. Another
/// optimiser brings its usual learning rate, another map of the one neuron its usual start, unless
/// those were chosen by hand. Not for keys that name
/// a file, which only the session reads.
KeyChange plan_change(const config::Config& config, const std::string& key,
                      const std::string& value);

}  // namespace backflow::ui
