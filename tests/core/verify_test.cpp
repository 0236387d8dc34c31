// The checks themselves: that they pass, that they can fail, and that they can be given up.
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "core/verify/check.h"

namespace backflow::verify {
namespace {

TEST(Verify, EveryQuickCheckPasses) {
  for (const Check& check : checks()) {
    if (check.slow) continue;
    const auto findings = check.run({.seeds = 1, .stop = {}});
    ASSERT_TRUE(findings) << check.name;
    EXPECT_FALSE(findings->empty()) << check.name;
    for (const Finding& finding : *findings)
      EXPECT_TRUE(finding.passed()) << check.name << ": " << finding.what << ": " << finding.ours
                                    << " instead of " << finding.published;
  }
}

TEST(Verify, AFindingFailsWhereTheNumberIsAnother) {
  const auto passes = [](Rule rule, double ours) {
    return Finding{"", 2.0, ours, 0.5, rule}.passed();
  };
  EXPECT_TRUE(passes(Rule::near, 2.5));
  EXPECT_TRUE(passes(Rule::near, 1.5));
  EXPECT_FALSE(passes(Rule::near, 2.6));
  EXPECT_FALSE(passes(Rule::near, 1.4));
  EXPECT_TRUE(passes(Rule::at_most, -7.0));
  EXPECT_FALSE(passes(Rule::at_most, 2.6));
  EXPECT_TRUE(passes(Rule::at_least, 1.5));
  EXPECT_FALSE(passes(Rule::at_least, 1.4));
  for (const Rule rule : {Rule::near, Rule::at_most, Rule::at_least})
    EXPECT_FALSE(passes(rule, std::nan("")));
  EXPECT_TRUE(passes(Rule::reported, std::nan("")));
  const std::vector<Finding> mixed{{"", 1.0, 1.0}, {"", 1.0, 2.0}};
  EXPECT_FALSE(passed(mixed));
  EXPECT_TRUE(passed(std::span(mixed).first(1)));
}

TEST(Verify, NamesDifferAndSaySourceAndProtocol) {
  std::set<std::string_view> names;
  for (const Check& check : checks()) {
    EXPECT_TRUE(names.insert(check.name).second) << check.name;
    EXPECT_EQ(find_check(check.name), &check);
    EXPECT_FALSE(check.claim.empty() || check.source.empty() || check.protocol.empty());
  }
  EXPECT_EQ(find_check("no-such-check"), nullptr);
}

TEST(Verify, WhatTakesLongCanBeGivenUp) {
  int asked = 0;
  const Options options{.seeds = 1, .stop = [&](double share) {
                          EXPECT_GE(share, 0.0);
                          EXPECT_LE(share, 1.0);
                          return ++asked == 3;
                        }};
  EXPECT_FALSE(find_check("first-bit")->run(options));
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace backflow::verify
