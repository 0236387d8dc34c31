// backflow verify.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/verify/check.h"
#include "tests/cli/program_call.h"

namespace backflow::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(VerifyCommand, TellsPublishedValuesAndOurs) {
  const Outcome outcome = backflow({"verify", "saddle-nodes", "carousel", "saddle-nodes"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("PASS  saddle-nodes"));
  EXPECT_THAT(outcome.out, HasSubstr("Pascanu, Mikolov & Bengio 2013, figure 3"));
  EXPECT_THAT(outcome.out, HasSubstr("-2.65561034"));
  EXPECT_THAT(outcome.out, HasSubstr("2 of 2 checks passed."));
  EXPECT_THAT(outcome.out, Not(HasSubstr("FAIL")));
}

TEST(VerifyCommand, HelpListsEveryCheck) {
  const Outcome outcome = backflow({"verify", "--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const verify::Check& check : verify::checks()) {
    EXPECT_THAT(outcome.out, HasSubstr("\n  " + std::string(check.name) + " "));
    EXPECT_THAT(outcome.out, HasSubstr(std::string(check.claim)));
  }
}

TEST(VerifyCommand, JsonIsForMachines) {
  const Outcome outcome = backflow({"verify", "--json", "--seeds", "2", "wall"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto all = nlohmann::json::parse(outcome.out);
  EXPECT_TRUE(all.at("passed").get<bool>());
  EXPECT_EQ(all.at("seeds"), 2);
  const auto& check = all.at("checks").at(0);
  EXPECT_EQ(check.at("name"), "wall");
  EXPECT_GT(check.at("findings").size(), 3u);
  for (const auto& finding : check.at("findings")) {
    EXPECT_TRUE(finding.at("passed").get<bool>());
    EXPECT_LE(std::abs(finding.at("ours").get<double>() - finding.at("published").get<double>()),
              finding.at("tolerance").get<double>());
  }
}

TEST(VerifyCommand, WithoutNamesTheQuickOnes) {
  const Outcome outcome = backflow({"verify", "--seeds", "1"});
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("Not run, for they take minutes: first-bit, temporal-order"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("FAIL")));
}

TEST(VerifyCommand, BadRequestsAreRefused) {
  expect_refused({"verify", "sadle-nodes"}, "did you mean \"saddle-nodes\"?");
  expect_refused({"verify", "zzz"}, "there are finite-differences, ");
  expect_refused({"verify", "--seeds", "0"}, "--seeds");
  expect_refused({"--set", "model.hidden=4", "verify"}, "");
}

}  // namespace
}  // namespace backflow::cli
