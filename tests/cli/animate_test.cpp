// Moving pictures: how many there are, how long each stays, and that colours survive the palette.
#include <cstdlib>
#include <set>

#include "app/export/gif_writer.h"
#include "tests/cli/program_call.h"

namespace backflow::cli {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Animate = InTemporaryFolder;

// The value behind each occurrence of a word in what giftext tells of a file.
std::vector<int> told(const std::string& text, const std::string& word) {
  std::vector<int> values;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    values.push_back(std::stoi(text.substr(at + word.size())));
  return values;
}

TEST_F(Animate, AGifHasAPictureForEachStepOfTheWalkAndTheTimeAskedFor) {
  const std::string file = path("walk.gif");
  const Outcome outcome = backflow({"animate", "--walk", "--iterations", "5", "--figure",
                                    "unrolled", "--set", "task.name=first-bit", "--set",
                                    "task.steps=6", "--fps", "4", "--output", file.c_str()});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::string text = output_of("giftext " + file);
  EXPECT_THAT(text, HasSubstr("Width = 960, Height = 420"));
  const std::vector<int> delays = told(text, "DelayTime: ");
  EXPECT_EQ(delays.size(), 2u * 6u + 3u);  // forward, output, backward, clip, update
  EXPECT_THAT(delays, Each(25));
}

TEST_F(Animate, OverTheTrainingOnePictureEverySoManyIterations) {
  const std::string folder = path("pictures");
  ASSERT_EQ(backflow({"animate", "--iterations", "20", "--every", "6", "--figure", "loss",
                      "--scale", "0.5", "--output", folder.c_str()})
                .code,
            0);
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  EXPECT_EQ(names, (std::set<std::string>{"0001.png", "0002.png", "0003.png", "0004.png"}));
  const std::string file = path("loss.gif");
  ASSERT_EQ(backflow({"animate", "--iterations", "20", "--every", "6", "--figure", "loss",
                      "--output", file.c_str()})
                .code,
            0);
  EXPECT_EQ(told(output_of("giftext " + file), "DelayTime: ").size(), 4u);
  // The same once more, byte for byte.
  const std::string again = path("again.gif");
  backflow({"animate", "--iterations", "20", "--every", "6", "--figure", "loss", "--output",
            again.c_str()});
  EXPECT_EQ(read(file), read(again));
}

TEST_F(Animate, IsOfTheProductsThatAreChosen) {
  std::set<std::string> pictures;
  const std::vector<const char*> options[] = {
      {}, {"--norm", "frobenius"}, {"--state", "cell"}, {"--sequence", "2"}};
  for (const auto& more : options) {
    const std::string folder = path("pictures");
    std::vector<const char*> words{
        "animate",      "--iterations",   "2",     "--every",         "2",
        "--figure",     "jacobian-norms", "--set", "model.cell=lstm", "--output",
        folder.c_str(), "--force"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = backflow(words);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    pictures.insert(read(folder + "/0001.png"));
  }
  EXPECT_EQ(pictures.size(), 4u);
  const std::string gif = path("a.gif");
  expect_refused({"animate", "--output", gif.c_str(), "--state", "cell"},
                 "is for model.cell = lstm");
  expect_refused({"animate", "--output", gif.c_str(), "--figure", "loss", "--product", "2:1"},
                 "changes nothing in loss");
}

TEST_F(Animate, WithoutAnIterationThereIsThePictureOfTheStart) {
  for (const char* name : {"start.gif", "start"}) {
    const std::string output = path(name);
    const Outcome outcome = backflow({"animate", "--iterations", "0", "--figure", "loss", "--scale",
                                      "0.5", "--output", output.c_str()});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
  }
  EXPECT_EQ(told(output_of("giftext " + path("start.gif")), "DelayTime: ").size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(path("start/0001.png")));
  EXPECT_FALSE(std::filesystem::exists(path("start/0002.png")));
}

// The last iteration made is drawn, and it is said that no other follows.
TEST_F(Animate, TrainingThatBreaksOffIsToldAndItsEndDrawn) {
  const std::string output = path("pictures");
  std::vector<const char*> words{"animate", "--every",  "50",          "--iterations",
                                 "100",     "--figure", "loss",        "--scale",
                                 "0.5",     "--output", output.c_str()};
  for (const char* assignment :
       {"task.name=first-bit", "model.activation=relu", "training.learning_rate=100",
        "training.clip.mode=none", "model.readout=identity", "model.spectral_radius=1.5",
        "task.steps=60"})
    words.insert(words.end(), {"--set", assignment});
  const Outcome outcome = backflow(words);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("backflow: training stopped at iteration "),
                                 EndsWith("; the pictures end there\n")));
  EXPECT_TRUE(std::filesystem::exists(path("pictures/0001.png")));
  EXPECT_FALSE(std::filesystem::exists(path("pictures/0002.png")));
}

TEST_F(Animate, PicturesGoIntoAFolderThatIsThereBesideOtherFiles) {
  std::filesystem::create_directory(path("there"));
  std::ofstream(path("there/notes.txt")) << "kept";
  const std::string output = path("there") + "/";
  ASSERT_EQ(backflow({"animate", "--iterations", "2", "--figure", "loss", "--scale", "0.5",
                      "--output", output.c_str()})
                .code,
            0);
  EXPECT_EQ(read(path("there/notes.txt")), "kept");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path("there")))
    ++files;
  EXPECT_EQ(files, 3u);
  // Nothing is left of what they were made in.
  for (const auto& entry : std::filesystem::directory_iterator(directory_))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".backflow")) << entry.path();
}

TEST_F(Animate, WhereOnePictureCannotBeNoneIsWritten) {
  const std::string output = path("there");
  std::filesystem::create_directories(output + "/0003.png");
  const Outcome outcome =
      backflow({"animate", "--iterations", "3", "--every", "1", "--figure", "loss", "--scale",
                "0.5", "--force", "--output", output.c_str()});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err,
            "backflow: " + output + "/0003.png is a directory; no picture was written\n");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(output)) ++files;
  EXPECT_EQ(files, 1u);
}

TEST_F(Animate, BadRequestsAreOneSentenceAndNothingIsWritten) {
  const std::string file = path("a.gif");
  expect_refused({"animate"}, "animate needs --output");
  expect_refused({"animate", "--figure", "los", "--output", file.c_str()}, "is no figure");
  expect_refused({"animate", "--walk", "--figure", "loss", "--output", file.c_str()},
                 "--walk is for");
  expect_refused(
      {"animate", "--walk", "--every", "2", "--figure", "unrolled", "--output", file.c_str()},
      "--every");
  expect_refused({"animate", "--colors", "magma", "--figure", "loss", "--output", file.c_str()},
                 "--colors is for the figures");
  expect_refused({"animate", "--fps", "100", "--output", file.c_str()}, "from 0.1 to 50");
  EXPECT_FALSE(std::filesystem::exists(file));
  std::ofstream(file) << "kept";
  expect_refused({"animate", "--output", file.c_str()}, "--force overwrites");
  EXPECT_EQ(read(file), "kept");
}

// A program called ffmpeg in front of all others, which notes how it was called.
class Films : public Animate {
protected:
  void use_path(const std::string& value) { setenv("PATH", value.c_str(), 1); }
  void TearDown() override {
    use_path(before_);
    InTemporaryFolder::TearDown();
  }
  std::string film() { return path("film.mp4"); }
  Outcome make() {
    return backflow({"animate", "--iterations", "4", "--every", "2", "--figure", "loss", "--fps",
                     "5", "--output", film().c_str()});
  }
  void pretend(const std::string& script) {
    std::ofstream(path("ffmpeg")) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(path("ffmpeg"), std::filesystem::perms::owner_all);
    use_path(directory_.string() + ":" + before_);
  }

  const std::string before_ = std::getenv("PATH");
};

TEST_F(Films, AreMadeByFfmpegFromAllPictures) {
  pretend("pictures=$(dirname \"$7\")\nls \"$pictures\" > " + path("seen") + "\necho \"$*\" >> " +
          path("seen") + "\nfor last; do :; done\necho film > \"$last\"\n");
  const Outcome outcome = make();
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(read(film()), "film\n");
  EXPECT_THAT(read(path("seen")),
              AllOf(HasSubstr("0001.png\n0002.png\n"), HasSubstr("-framerate 5"),
                    HasSubstr("yuv420p"), EndsWith("film.mp4\n")));
  EXPECT_FALSE(std::filesystem::exists(film() + ".part"));
}

TEST_F(Films, AFailureLeavesNothing) {
  pretend("exit 3\n");
  const Outcome outcome = make();
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("its exit code is 3"));
  EXPECT_FALSE(std::filesystem::exists(film()));
}

TEST_F(Films, WithoutFfmpegItIsSaidBeforeAnythingIsTrained) {
  use_path(path("nowhere"));
  const Outcome outcome = make();
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("films need ffmpeg, which is not installed"));
}

}  // namespace
}  // namespace backflow::cli
