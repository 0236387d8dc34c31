// The lessons of the program: what they claim is so, and they keep to their own rules.
#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/figure/catalogue.h"
#include "app/lesson/check.h"
#include "app/lesson/library.h"

namespace backflow::lesson {
namespace {

using ::testing::SizeIs;
using ::testing::StartsWith;

int words_of(const Page& page) {
  int count = 0;
  for (const std::string& paragraph : page.text) {
    std::istringstream words(paragraph);
    for (std::string word; words >> word;) ++count;
  }
  return count;
}

TEST(Lessons, AreTwelveShortOnes) {
  EXPECT_THAT(lessons(), SizeIs(12));
  for (const Lesson& lesson : lessons()) {
    EXPECT_GE(lesson.pages.size(), 3u) << lesson.name;
    EXPECT_LE(lesson.pages.size(), 7u) << lesson.name;
    bool asks = false;
    for (const Page& page : lesson.pages) {
      EXPECT_LE(words_of(page), 80) << lesson.name << ": " << page.title;
      EXPECT_FALSE(page.expectations.empty()) << lesson.name << ": " << page.title;
      asks = asks || page.question.has_value();
      if (page.shown.highlight.empty()) continue;
      ASSERT_THAT(page.shown.highlight, StartsWith("figure "));
      EXPECT_NE(figure::find_figure(page.shown.highlight.substr(7)), nullptr);
    }
    EXPECT_TRUE(asks) << lesson.name;
  }
}

class EveryLesson : public ::testing::TestWithParam<std::size_t> {};

TEST_P(EveryLesson, Holds) {
  const Lesson& lesson = lessons().at(GetParam());
  for (std::size_t i = 0; i < lesson.pages.size(); ++i) {
    const Page& page = lesson.pages[i];
    const session::Snapshot state = state_of(page);
    for (const Outcome& outcome : check(page, state))
      EXPECT_TRUE(outcome.passed) << lesson.name << " " << i + 1 << ": " << sentence(outcome);
    // Every number in the page's words is there.
    std::vector<std::string> texts = page.text;
    texts.insert(texts.end(), page.formulas.begin(), page.formulas.end());
    texts.insert(texts.end(), page.attempts.begin(), page.attempts.end());
    if (page.question) texts.insert(texts.end(), {page.question->ask, page.question->because});
    for (const std::string& text : texts) {
      const std::string shown = with_values(text, state);
      EXPECT_EQ(std::ranges::count(shown, '\n'), 0);
      for (std::size_t at = text.find("{="); at != std::string::npos;
           at = text.find("{=", at + 1)) {
        const std::string slot = text.substr(at, text.find('}', at) + 1 - at);
        EXPECT_NE(with_values(slot, state), "–") << lesson.name << " " << i + 1 << ": " << slot;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryLesson, ::testing::Range<std::size_t>(0, 12),
                         [](const auto& lesson) { return std::to_string(lesson.param + 1); });

}  // namespace
}  // namespace backflow::lesson
