// Texts: UTF-8, the two parts, what is refused, and the windows of next-character.
#include "core/training/task/text.h"

#include <filesystem>
#include <memory>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/keys.h"
#include "core/training/task/alice.h"
#include "tests/support/temporary_folder.h"

namespace backflow::training {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TextFile : public support::TemporaryFolder {};

std::string joined(const Text& text) {
  std::string all;
  for (const std::uint8_t place : text.characters) all += text.alphabet[place];
  return all;
}

TEST(ParseText, CountsCodePointsInTheirOrder) {
  Text text;
  ASSERT_THAT(parse_text("\xEF\xBB\xBF"
                         "bäb€😀\n",
                         text),
              IsEmpty());
  EXPECT_THAT(text.alphabet, ElementsAre("\n", "b", "ä", "€", "😀"));
  EXPECT_THAT(text.characters, ElementsAre(1, 2, 1, 3, 4, 0));
  EXPECT_EQ(text.label(0), "↵");
  EXPECT_EQ(text.label(3), "€");
}

TEST(ParseText, SplitsNineToOneAndCountsTheTrainingPart) {
  Text text;
  ASSERT_THAT(parse_text("aaaaaaaabbbbbbbbbbcc", text), IsEmpty());
  EXPECT_EQ(text.training_size(), 18u);
  EXPECT_EQ(text.held_out_size(), 2u);
  EXPECT_THAT(text.frequency, ElementsAre(8.0 / 18.0, 10.0 / 18.0, 0.0));
}

TEST(ParseText, RefusesWhatIsNotUtf8AtItsByte) {
  // Unicode 15, table 3-7: each is wrong at byte 2.
  for (const char* wrong :
       {"ab\x80", "ab\xC3", "ab\xC3(", "ab\xC0\x80", "ab\xE0\x80\xAF", "ab\xED\xA0\x80",
        "ab\xF0\x80\x80\x80", "ab\xF4\x90\x80\x80", "ab\xF5\x80\x80\x80", "ab\xE2\x82", "ab\xFF"}) {
    Text text;
    text.alphabet = {"before"};
    EXPECT_EQ(parse_text(wrong, text), "is not UTF-8 at byte 2");
    EXPECT_THAT(text.alphabet, ElementsAre("before"));
  }
  for (const char* right : {"ab\xC2\x80", "ab\xE0\xA0\x80", "ab\xED\x9F\xBF", "ab\xEE\x80\x80",
                            "ab\xF0\x90\x80\x80", "ab\xF4\x8F\xBF\xBF"}) {
    Text text;
    EXPECT_THAT(parse_text(right, text), IsEmpty());
    EXPECT_EQ(joined(text), right);
  }
}

TEST(ParseText, RefusesTooManyTooFewAndNone) {
  std::string many;
  for (int c = 0; c < 256; ++c) {  // U+0100 to U+01FF
    many += static_cast<char>(0xC4 + c / 64);
    many += static_cast<char>(0x80 + c % 64);
  }
  Text text;
  EXPECT_THAT(parse_text(many, text), IsEmpty());
  EXPECT_EQ(text.alphabet.size(), 256u);
  EXPECT_EQ(joined(text), many);
  EXPECT_EQ(parse_text(many + "x", text), "has more than 256 different characters");
  EXPECT_EQ(parse_text("", text), "is empty");
  EXPECT_EQ(parse_text("\xEF\xBB\xBF", text), "is empty");
  EXPECT_THAT(parse_text("aaaa", text), HasSubstr("only one character"));
}

TEST(BuiltinText, IsAlice) {
  const Text& text = builtin_text();
  EXPECT_EQ(joined(text), kAlice);
  EXPECT_EQ(text.characters.size(), 5002u);
  EXPECT_EQ(text.alphabet.size(), 57u);
  EXPECT_NEAR(std::accumulate(text.frequency.begin(), text.frequency.end(), 0.0), 1.0, 1e-12);
}

TEST_F(TextFile, IsReadWhole) {
  std::string content;
  for (int i = 0; i < 300'000; ++i) content += "abcdefg"[i % 7];
  Text text;
  ASSERT_THAT(load_text(file("a.txt", content + "\xC3\xA4"), text), IsEmpty());
  EXPECT_EQ(joined(text), content + "ä");
}

TEST_F(TextFile, IsRefusedWithTheReason) {
  Text text;
  EXPECT_EQ(load_text((folder_ / "nothing").string(), text), "does not exist");
  EXPECT_EQ(load_text(folder_.string(), text), "is a directory");
  EXPECT_EQ(load_text("/dev/null", text), "is not a regular file");
  EXPECT_EQ(load_text(file("empty", ""), text), "is empty");
  const std::string big = file("big", "ab");
  std::filesystem::resize_file(big, kMostTextBytes + 1);  // a hole: takes no room
  EXPECT_EQ(load_text(big, text), "is larger than 100 MB");
}

TEST_F(TextFile, IsAKeyThatReadsItAtOnce) {
  config::Config config;
  config.task.kind = TaskKind::next_character;
  const std::string path = file("a.txt", "abracadabra, abracadabra, abracadabra");
  ASSERT_THAT(config::set_key(config, "task.file", path), IsEmpty());
  ASSERT_TRUE(config.task.text);
  EXPECT_EQ(input_size(config.task), 7);
  EXPECT_EQ(config::find_key("task.file")->get(config), path);
  const config::Config before = config;
  const std::string error = config::set_key(config, "task.file=" + path + "x");
  EXPECT_THAT(error, AllOf(HasSubstr("task.file = \""), HasSubstr("\" does not exist; allowed: ")));
  EXPECT_EQ(config.task, before.task);
  std::filesystem::remove(path);  // not needed any more
  EXPECT_EQ(make_batch(config.task, TargetEncoding::probability, 0).inputs.rows(), 7);
  ASSERT_THAT(config::set_key(config, "task.file", ""), IsEmpty());
  EXPECT_EQ(input_size(config.task), 57);
  EXPECT_TRUE(config::needs_restart(before, config));
}

// --- the windows of next-character ---------------------------------------------------------------

using model::Batch;
using model::Index;

TaskOptions next_character(std::shared_ptr<const Text> text, Index steps) {
  TaskOptions options;
  options.kind = TaskKind::next_character;
  options.text = std::move(text);
  options.steps = steps;
  options.batch = 100;
  return options;
}

template <class Column>
std::size_t character(const Column& column) {
  EXPECT_EQ(column.sum(), 1.0);
  Index row = 0;
  EXPECT_EQ(column.maxCoeff(&row), 1.0);
  return static_cast<std::size_t>(row);
}

// The characters of a sequence, the last target included.
std::string window_of(const Batch& batch, Index b) {
  std::string window;
  const auto& alphabet = builtin_text().alphabet;
  for (Index t = 1; t <= batch.length(b); ++t) {
    window += alphabet[character(batch.inputs.step(t).col(b))];
    if (t > 1) {
      EXPECT_EQ(batch.targets.step(t - 1).col(b), batch.inputs.step(t).col(b));
    }
  }
  return window + alphabet[character(batch.targets.step(batch.length(b)).col(b))];
}

TEST(NextCharacter, WindowsComeFromTheirPartOfTheText) {
  const std::string_view training = kAlice.substr(0, 4502), held_out = kAlice.substr(4502);
  ASSERT_EQ(held_out.size(), 500u);
  TaskOptions options = next_character(nullptr, 30);
  for (const Index length_min : {0, 1}) {
    options.length_min = length_min;
    const Batch batch = make_batch(options, TargetEncoding::probability, 3);
    const auto validation = make_validation_batch(options, TargetEncoding::probability, 100);
    for (Index b = 0; b < 100; ++b) {
      EXPECT_EQ(static_cast<Index>(window_of(batch, b).size()), batch.length(b) + 1);
      EXPECT_THAT(training, HasSubstr(window_of(batch, b)));
      EXPECT_THAT(held_out, HasSubstr(window_of(*validation, b)));
    }
  }
}

TEST(NextCharacter, ReachesBothEndsOfTheTextAndHasNoValidationWhenTooShort) {
  auto text = std::make_shared<Text>();
  ASSERT_THAT(parse_text("abcdefghijklmnopqrst", *text), IsEmpty());  // 18 + 2
  TaskOptions options = next_character(text, 16);
  std::set<std::size_t> begins;
  const Batch batch = make_batch(options, TargetEncoding::probability, 0);
  for (Index b = 0; b < 100; ++b) begins.insert(character(batch.inputs.step(1).col(b)));
  EXPECT_EQ(begins, (std::set<std::size_t>{0, 1}));
  EXPECT_FALSE(make_validation_batch(options, TargetEncoding::probability, 1));
  options.steps = 1;
  const auto held_out = make_validation_batch(options, TargetEncoding::probability, 1);
  ASSERT_TRUE(held_out);
  EXPECT_EQ(character(held_out->inputs.step(1).col(0)), 18u);
  EXPECT_EQ(character(held_out->targets.step(1).col(0)), 19u);
}

}  // namespace
}  // namespace backflow::training
