// What tests of two networks side by side do with them, and how they compare them.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "app/session/comparison.h"
#include "core/config/keys.h"
#include "tests/support/bits.h"

namespace backflow::session {

using support::same_bits;

inline void iterate(Comparison& networks, int count) {
  networks.execute(session::Run{});
  for (int i = 0; i < count; ++i) networks.iterate();
  networks.execute(Pause{});
}

inline std::vector<std::string> differences(const Comparison& networks) {
  std::vector<std::string> names;
  for (const config::Key* key :
       config::differing_keys(networks.a().config(), networks.b()->config()))
    names.push_back(key->name);
  return names;
}

// Data, weights, gradients and curves.
inline void expect_same_bits(const Snapshot& a, const Snapshot& b) {
  ASSERT_EQ(a.iteration, b.iteration);
  ASSERT_EQ(a.record->iteration, b.record->iteration);
  EXPECT_TRUE(same_bits(a.record->model.parameters, b.record->model.parameters));
  EXPECT_TRUE(same_bits(a.record->gradients, b.record->gradients));
  ASSERT_EQ(a.record->parameters_after.has_value(), b.record->parameters_after.has_value());
  if (a.record->parameters_after) {
    EXPECT_TRUE(same_bits(*a.record->parameters_after, *b.record->parameters_after));
  }
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i)
    for (std::size_t s = 0; s < training::kSeriesCount; ++s)
      EXPECT_EQ(support::bits_of(a.history.point(i)[s]), support::bits_of(b.history.point(i)[s]))
          << i;
}

inline bool same_data(const Snapshot& a, const Snapshot& b) {
  if (a.record->batch.inputs.last() != b.record->batch.inputs.last()) return false;
  for (model::Index t = a.record->batch.inputs.first(); t <= a.record->batch.inputs.last(); ++t)
    if (a.record->batch.inputs.step(t) != b.record->batch.inputs.step(t)) return false;
  return true;
}

inline void settle(Comparison& networks) {
  while (networks.is_out_of_step()) networks.iterate();
  networks.refresh();
}

// A step size that overflows at once.
inline SetKey breaking() { return {"training.learning_rate", "100"}; }

inline void break_b(Comparison& networks) {
  networks.execute(on_b(SetKey{"training.clip.mode", "none"}));
  networks.execute(on_b(SetKey{"model.activation", "relu"}));
  networks.execute(on_b(SetKey{"model.readout", "identity"}));
  networks.execute(on_b(breaking()));
}

}  // namespace backflow::session
