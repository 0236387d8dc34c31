// Reading lessons: what is taken from a file, and a sentence for all that is wrong with one.
#include "app/lesson/lesson.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/lesson/check.h"
#include "app/lesson/library.h"
#include "core/config/keys.h"
#include "tests/support/temporary_folder.h"

namespace backflow::lesson {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kText = R"json({
  "format": "backflow lesson", "format_version": 1,
  "title": "A title", "summary": "A sentence.",
  "set": {"task.name": "first-bit", "task.steps": 6},
  "pages": [
    {"title": "First", "text": ["T is 6 and the loss {=loss:2}."]},
    {"title": "Second", "text": ["Then."], "formulas": ["h_{t} = tanh (a_{t})"],
     "set": {"model.activation": "identity", "task.steps": 9, "model.init": "orthogonal",
             "model.spectral_radius": 0.5}, "iterations": 7,
     "show": {"map": "gradient-by-lag", "pin": [5, 2], "playhead": 3, "sequence": 2,
              "state": "full", "large": "map", "highlight": "Run"},
     "question": {"ask": "Which?", "choices": ["this", "that"], "answer": 2, "because": "So."},
     "try": ["Press Run."],
     "expect": [{"quantity": "norm(5, 2)", "above": "norm(5, 1)"},
                {"quantity": "iteration", "near": 7, "within": 0}]}
  ]
})json";

std::string error_of(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  Lesson lesson;
  lesson.title = "before";
  const std::string error = parse_lesson(text, "name", lesson);
  EXPECT_EQ(error.empty(), lesson.title != "before");
  return error;
}

TEST(Lesson, TakesEverythingFromItsFile) {
  Lesson lesson;
  ASSERT_EQ(parse_lesson(kText, "name", lesson), "");
  EXPECT_EQ(lesson.name, "name");
  EXPECT_EQ(lesson.title, "A title");
  ASSERT_EQ(lesson.pages.size(), 2u);
  EXPECT_EQ(lesson.pages[0].config.task.steps, 6);
  EXPECT_EQ(lesson.pages[0].iterations, 0u);
  const Page& page = lesson.pages[1];
  EXPECT_EQ(page.config.task.steps, 9);  // over the lesson's own
  EXPECT_EQ(page.iterations, 7u);
  EXPECT_EQ(page.shown.map, "gradient-by-lag");
  EXPECT_EQ(page.shown.pin, std::pair(model::Index{5}, model::Index{2}));
  EXPECT_EQ(page.shown.playhead, 3);
  EXPECT_EQ(page.shown.sequence, 1);
  EXPECT_EQ(page.shown.state, gradient::StateBlock::full);
  EXPECT_EQ(page.shown.large, "map");
  EXPECT_EQ(page.shown.highlight, "Run");
  ASSERT_TRUE(page.question);
  EXPECT_EQ(page.question->answer, 1u);
  EXPECT_THAT(page.attempts, ElementsAre("Press Run."));
  ASSERT_EQ(page.expectations.size(), 2u);
}

TEST(Lesson, SaysWhatIsWrongAndWhere) {
  const std::vector<std::array<std::string, 3>> cases{
      {"backflow lesson", "backflow session", "is no lesson of Backflow"},
      {"\"format_version\": 1", "\"format_version\": 2", "later version"},
      {"\"title\": \"A title\"", "\"titel\": \"A title\"", "it has the member \"titel\""},
      {"\"task.steps\": 6", "\"task.steps\": 0", "set.task.steps is refused: "},
      {"\"task.steps\": 6", "\"model.file\": \"a.npz\"", "set.model.file names a file"},
      {"\"task.name\"", "\"task.nam\"", "set.task.nam is refused: "},
      {"\"text\": [\"Then.\"],", "", "pages[1] has no \"text\""},
      {"{=loss:2}", "{=los:2}", "pages[0].text[0] has \"{=los:2}\", which is no quantity; did you"},
      {"{=loss:2}", "{=loss:0}", "does not have 1 to 15 digits"},
      {"{=loss:2}.", "{=loss", "is not closed"},
      {"tanh (a_{t})", "tanh (a_{t}", "pages[1].formulas[0] has a parenthesis that is not closed"},
      {"gradient-by-lag", "heatmap", "pages[1].show.map is the name of no figure"},
      {"gradient-by-lag", "loss", "pages[1].show.map is no figure of the map card"},
      {"[5, 2]", "[2, 5]", "pages[1].show.pin is no pair of steps t ≥ k"},
      {"\"state\": \"full\"", "\"state\": \"half\"", "is none of hidden, cell and full"},
      {"\"large\": \"map\"", "\"large\": \"all\"", "is none of network, map, loss and norm"},
      {"\"iterations\": 7", "\"iterations\": 30000", "pages[1].iterations is more than 20000"},
      {"\"answer\": 2", "\"answer\": 3", "pages[1].question.answer is the number of no choice"},
      {"[\"this\", \"that\"]", "[\"this\"]", "pages[1].question has fewer than two choices"},
      {"\"norm(5, 2)\"", "\"norm(5)\"",
       "pages[1].expect[0].quantity has 1 arguments instead of 2 (t, k)"},
      {"\"above\": \"norm(5, 1)\"", "\"above\": \"norm(5, 1)\", \"below\": 2", "needs one of"},
      {"\"within\": 0", "\"within\": -1", "pages[1].expect[1].within is negative"},
  };
  for (const auto& [from, to, error] : cases)
    EXPECT_THAT(error_of(kText, from, to), HasSubstr(error)) << to;
}

TEST(Lesson, NamesComeFromFilesAndAreFoundAgain) {
  EXPECT_EQ(name_of_file("/a/b/04-vanishing.lesson.json"), "vanishing");
  EXPECT_EQ(name_of_file("my own.lesson.json"), "my own");
  Lesson lesson;
  EXPECT_EQ(find_lesson("vanishing", lesson), "");
  EXPECT_EQ(lesson.name, "vanishing");
  EXPECT_THAT(find_lesson("vanishin", lesson), HasSubstr("did you mean \"vanishing\"?"));
  EXPECT_THAT(find_lesson("/no/such.lesson.json", lesson), HasSubstr("/no/such.lesson.json"));
}

using LessonFile = support::TemporaryFolder;
TEST_F(LessonFile, OfAPersonIsOpenedByItsPath) {
  Lesson lesson;
  EXPECT_EQ(find_lesson(file("mine.lesson.json", kText), lesson), "");
  EXPECT_EQ(lesson.name, "mine");
  EXPECT_THAT(find_lesson(file("bad.lesson.json", "{"), lesson),
              HasSubstr("bad.lesson.json\" cannot be opened: "));
}

TEST(Lesson, ValuesAreThoseOfTheSnapshot) {
  Lesson lesson;
  ASSERT_EQ(parse_lesson(kText, "name", lesson), "");
  session::Snapshot state = state_of(lesson.pages[1]);
  EXPECT_EQ(state.iteration, 7u);
  const double norm = std::pow(10.0, state.analysis->norms.log10_norm.at(5, 2));
  EXPECT_EQ(with_values("{=iteration} of it", state), "7 of it");
  EXPECT_NEAR(std::stod(with_values("{=norm(5, 2):9}", state)), norm, 1e-8 * norm);
  EXPECT_EQ(with_values("a {=norm(50, 2)} b", state), "a – b");
  EXPECT_EQ(with_values("no value", state), "no value");
  auto tiny = std::make_shared<session::Analysis>(*state.analysis);
  tiny->spectral_radius = 1.234e-9;
  state.analysis = tiny;
  EXPECT_EQ(with_values("{=spectral-radius}", state), "1.23·10^{−9}");
  tiny->spectral_radius = -0.5;
  EXPECT_EQ(with_values("{=spectral-radius}", state), "−0.5");
}

TEST(Lesson, AnExpectationThatDoesNotHoldFails) {
  Lesson lesson;
  ASSERT_EQ(parse_lesson(kText, "name", lesson), "");
  Page page = lesson.pages[1];
  const session::Snapshot state = state_of(page);
  for (const Outcome& outcome : check(page, state))
    EXPECT_TRUE(outcome.passed) << sentence(outcome);
  page.expectations[0].rule = Expectation::Rule::below;
  page.expectations[1].value = 8.0;
  for (const Outcome& outcome : check(page, state))
    EXPECT_FALSE(outcome.passed) << sentence(outcome);
  page.expectations[1].value = std::nan("");
  EXPECT_FALSE(check(page, state)[1].passed);
}

TEST(Lesson, AnExpectationMayBeOfAnotherState) {
  const auto with = [](const std::string& expectation) {
    return R"({"format": "backflow lesson", "format_version": 1, "title": "a", "summary": "b",
      "set": {"task.name": "first-bit", "task.steps": 6}, "pages": [{"title": "c", "text": ["d"],
      "iterations": 3, "expect": [)" +
           expectation + "]}]}";
  };
  Lesson lesson;
  ASSERT_EQ(parse_lesson(with(R"({"quantity": "iteration", "near": 3, "within": 0},
      {"quantity": "iteration", "iterations": 5, "near": 5, "within": 0},
      {"quantity": "spectral-radius", "set": {"model.spectral_radius": 0.25}, "iterations": 0,
       "near": 0.25, "within": 1e-9},
      {"quantity": "iteration", "set": {"model.cell": "gru"}, "near": "iteration", "within": 0},
      {"quantity": "iteration", "iterations": 5, "below": "iteration"})"),
                         "name", lesson),
            "");
  const Page& page = lesson.pages[0];
  const auto outcomes = check(page, state_of(page));
  ASSERT_EQ(outcomes.size(), 5u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(outcomes[i].passed) << sentence(outcomes[i]);
  EXPECT_FALSE(outcomes[4].passed);  // 5 iterations there, 3 here
  EXPECT_THAT(
      sentence(outcomes[2]),
      HasSubstr("with model.spectral_radius = 0.25, after 0 iterations: spectral-radius = "));
  EXPECT_THAT(parse_lesson(with(R"({"quantity": "loss", "set": {"model.cel": "gru"}, "above": 0})"),
                           "name", lesson),
              HasSubstr("pages[0].expect[0].set.model.cel is refused: "));
  EXPECT_THAT(parse_lesson(with(R"({"quantity": "loss", "iterations": 30000, "above": 0})"), "name",
                           lesson),
              HasSubstr("pages[0].expect[0].iterations is more than 20000"));
}

}  // namespace
}  // namespace backflow::lesson
