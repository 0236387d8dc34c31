// Lessons on the command line: the list, what they expect, the handout.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/lesson/library.h"
#include "tests/cli/program_call.h"
#include "tests/support/temporary_folder.h"

namespace backflow::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string lesson_with(const std::string& expectations) {
  return R"json({"format": "backflow lesson", "format_version": 1, "title": "Twice as many",
    "summary": "A short one.", "set": {"task.name": "first-bit", "task.steps": 6},
    "pages": [{"title": "Six steps", "text": ["The norm is {=norm(6, 0)}."],
      "formulas": ["h_{t} = tanh (a_{t})"],
      "question": {"ask": "Is it below 9?", "choices": ["Yes, it is", "No"], "answer": 1,
                   "because": "It was computed."},
      "try": ["Press Run."], "expect": [)json" +
         expectations + "]}]}";
}

class LessonsCommand : public support::TemporaryFolder {};

TEST_F(LessonsCommand, ListsEveryLesson) {
  const Outcome outcome = backflow({"lessons"});
  EXPECT_EQ(outcome.code, 0);
  for (const lesson::Lesson& lesson : lesson::lessons())
    EXPECT_THAT(outcome.out, HasSubstr(lesson.name + " "));
  EXPECT_THAT(outcome.out, HasSubstr("(7 pages)"));
}

TEST_F(LessonsCommand, CheckTellsWhichExpectationHolds) {
  const std::string good =
      file("good.lesson.json", lesson_with(R"({"quantity": "iteration", "near": 0, "within": 0})"));
  const Outcome holds = backflow({"lessons", "check", good.c_str()});
  EXPECT_EQ(holds.code, 0);
  EXPECT_THAT(holds.out, AllOf(HasSubstr("ok    good 1: iteration = 0"),
                               HasSubstr("1 of 1 expectations hold.")));
  const std::string bad =
      file("bad.lesson.json", lesson_with(R"({"quantity": "iteration", "near": 0, "within": 0},
                                        {"quantity": "iteration", "above": 3})"));
  const Outcome fails = backflow({"lessons", "check", good.c_str(), bad.c_str()});
  EXPECT_EQ(fails.code, 1);
  EXPECT_THAT(fails.out, AllOf(HasSubstr("FAIL  bad 1: iteration = 0, expected: above 3"),
                               HasSubstr("2 of 3 expectations hold.")));
}

TEST_F(LessonsCommand, WhatIsNoLessonIsRefused) {
  expect_refused({"lessons", "run"}, "not \"run\"");
  expect_refused({"lessons", "check", "vanishin"}, "vanishing");
  const std::string path = file("a.lesson.json", "{}");
  expect_refused({"lessons", "check", path.c_str()}, "is no lesson of Backflow");
}

TEST_F(LessonsCommand, TheHandoutAsksOnThePageAndAnswersAtItsEnd) {
  const std::string lesson = file("mine.lesson.json", lesson_with(""));
  const std::string html = folder_.string() + "/mine.html";
  const Outcome outcome =
      backflow({"report", "--lesson", lesson.c_str(), "--output", html.c_str()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::string page = read(html);
  EXPECT_THAT(page, AllOf(HasSubstr("Twice as many"), HasSubstr("Six steps"), HasSubstr("<svg"),
                          HasSubstr("Press Run."), Not(HasSubstr("{="))));
  const std::size_t answers = page.find("<h2>Answers</h2>");
  ASSERT_NE(answers, std::string::npos);
  EXPECT_LT(page.find("Is it below 9?"), answers);
  EXPECT_GT(page.find("It was computed."), answers);
  EXPECT_EQ(page.find("<strong>Yes, it is</strong>"), page.rfind("<strong>Yes, it is</strong>"));
  EXPECT_GT(page.find("<strong>Yes, it is</strong>"), answers);
}

}  // namespace
}  // namespace backflow::cli
