// What the window asks to be written: whole files or none, questions before anything is lost, and
// an end at any time.
#include "app/export/exporter.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <new>
#include <thread>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "app/export/clipboard.h"
#include "app/export/export.h"
#include "app/export/program.h"
#include "tests/figure/snapshots.h"
#include "tests/support/temporary_folder.h"

namespace backflow::exporting {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Answer = ExportStatus::Answer;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A training without end that says when it is under way.
class EndlessReel final : public Reel {
public:
  EndlessReel(const Subject& subject, std::atomic<int>& shots) : subject_(subject), shots_(shots) {}
  std::optional<Shot> next(const Tick& tick) override {
    if (!tick(shots_, 1000000)) return std::nullopt;
    ++shots_;
    return Shot{subject_.snapshot, subject_.view};
  }

private:
  Subject subject_;
  std::atomic<int>& shots_;
};

class ExportJob : public support::TemporaryFolder {
protected:
  void SetUp() override {
    TemporaryFolder::SetUp();
    static const auto kSnapshot = std::make_shared<const session::Snapshot>(
        figure::snapshot_after(3, {"task.name=first-bit", "task.steps=4"}));
    snapshot_ = kSnapshot;
    start();
  }
  void TearDown() override {
    exporter_.reset();
    TemporaryFolder::TearDown();
  }

  void start() {
    ExporterServices services;
    services.wake = [this] { ++wakes_; };
    services.complete = [this](const figure::FigureInfo&,
                               std::shared_ptr<const session::Snapshot> snapshot,
                               const figure::View&, bool, const std::function<bool()>&) {
      if (fails_) throw std::bad_alloc();
      return snapshot;
    };
    services.training = [this](const AnimationRequest& request) {
      ++asked_for_training_;
      return [this, request](const std::function<bool()>&) {
        return std::make_unique<EndlessReel>(request.subject, shots_);
      };
    };
    services.program = "Backflow test";
    exporter_ = std::make_unique<FileExporter>(services);
  }

  Subject subject(const char* figure = "loss") const {
    Look look;
    look.size = {320.0, 200.0};
    look.png_scale = 1.0;
    look.program = "Backflow test";
    return {figure::find_figure(figure), snapshot_, {}, look};
  }
  FilesRequest files(std::vector<Format> formats, const std::string& name = "loss") const {
    return {{subject()}, std::move(formats), false, {folder_.string(), name, false}};
  }
  AnimationRequest animation(Moving moving, const std::string& ending) const {
    AnimationRequest request;
    request.subject = subject(moving == Moving::walk ? "unrolled" : "loss");
    request.moving = moving;
    request.ending = ending;
    request.to = {folder_.string(), "film", false};
    return request;
  }

  // The answer to the request of that number.
  ExportStatus answered(std::uint64_t request) {
    return wait([&](const ExportStatus& status) {
      return status.request == request && status.answer != Answer::checking;
    });
  }
  // Once so many works have ended.
  ExportStatus ended(std::uint64_t outcomes = 1) {
    return wait(
        [&](const ExportStatus& status) { return status.outcomes >= outcomes && !status.busy; });
  }
  ExportStatus wait(const std::function<bool(const ExportStatus&)>& is_so) {
    for (int i = 0; i < 60000; ++i) {
      const ExportStatus status = exporter_->status();
      if (is_so(status)) return status;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "nothing came of it within a minute";
    return {};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_))
      found.push_back(fs::relative(entry.path(), folder_).string());
    std::sort(found.begin(), found.end());
    return found;
  }

  std::shared_ptr<const session::Snapshot> snapshot_;
  std::atomic<int> wakes_ = 0, shots_ = 0;
  int asked_for_training_ = 0;
  std::atomic<bool> fails_ = false;
  std::unique_ptr<FileExporter> exporter_;
};

TEST_F(ExportJob, WritesWhatRenderMakesInEachFormat) {
  const std::vector<Format> all(std::begin(kAllFormats), std::end(kAllFormats));
  const FilesRequest request = files(all);
  EXPECT_EQ(answered(exporter_->write(request)).answer, Answer::taken);
  const ExportStatus status = ended();
  EXPECT_FALSE(status.failed) << status.outcome;
  EXPECT_THAT(status.outcome, AllOf(StartsWith("written: "), HasSubstr("loss.svg and 4 more")));
  EXPECT_THAT(names(), ElementsAre("loss.csv", "loss.npy", "loss.pdf", "loss.png", "loss.svg"));
  const Subject& one = request.figures.front();
  for (const Format format : all)
    EXPECT_EQ(contents(folder_ / ("loss" + std::string(extension(format)))),
              render(*one.info, *one.snapshot, one.view, one.look, format))
        << extension(format);
  EXPECT_GT(wakes_, 0);
}

TEST_F(ExportJob, AFileThatIsThereIsOverwrittenOnlyWhenAllowed) {
  file("loss.svg", "kept");
  FilesRequest request = files({Format::svg, Format::csv});
  const ExportStatus asked = answered(exporter_->write(request));
  EXPECT_EQ(asked.answer, Answer::exists);
  EXPECT_EQ(asked.sentence, "loss.svg exists");
  EXPECT_THAT(names(), ElementsAre("loss.svg"));
  EXPECT_EQ(contents(folder_ / "loss.svg"), "kept");
  request.to.overwrite = true;
  EXPECT_EQ(answered(exporter_->write(request)).answer, Answer::taken);
  EXPECT_FALSE(ended().failed);
  EXPECT_THAT(contents(folder_ / "loss.svg"), HasSubstr("<svg"));
}

TEST_F(ExportJob, PicturesOfAnEarlierAnimationAreAskedAbout) {
  std::filesystem::create_directory(folder_ / "film");
  file("film/0002.png", "kept");
  const ExportStatus asked = answered(exporter_->animate(animation(Moving::walk, "")));
  EXPECT_EQ(asked.answer, Answer::exists);
  EXPECT_EQ(asked.sentence, "0002.png exists");
  // A name that makes one file of it is asked about as that file.
  file("old.gif", "kept");
  AnimationRequest request = animation(Moving::walk, "");
  request.to.name = "old.gif";
  EXPECT_EQ(answered(exporter_->animate(request)).answer, Answer::exists);
  EXPECT_EQ(contents(folder_ / "old.gif"), "kept");
}

TEST_F(ExportJob, WhatCannotBeWrittenIsRefusedWithASentence) {
  FilesRequest request = files({Format::svg});
  const auto refused = [&](const std::string& directory, const std::string& name) {
    request.to.directory = directory;
    request.to.name = name;
    const ExportStatus status = answered(exporter_->write(request));
    EXPECT_EQ(status.answer, Answer::refused);
    return status.sentence;
  };
  const std::string nowhere = (folder_ / "nowhere").string();
  EXPECT_EQ(refused(nowhere, "loss"), "there is no directory " + nowhere);
  EXPECT_THAT(refused(file("note", "x"), "loss"), EndsWith("note is not a directory"));
  EXPECT_EQ(refused("", "loss"), "a directory is needed");
  EXPECT_EQ(refused(folder_.string(), ""), "a name is needed");
  EXPECT_THAT(refused(folder_.string(), "../loss"), HasSubstr("a field of its own"));
  EXPECT_THAT(refused(folder_.string(), std::string(300, 'a')), HasSubstr("too long"));
  EXPECT_THAT(names(), ElementsAre("note"));

  exporter_->examine(nowhere);
  EXPECT_EQ(wait([&](const auto& status) { return status.examined == nowhere; }).examination,
            "there is no directory " + nowhere);
}

TEST_F(ExportJob, AFailureIsOneSentence) {
  fails_ = true;
  exporter_->write(files({Format::svg}));
  const ExportStatus status = ended();
  EXPECT_TRUE(status.failed);
  EXPECT_THAT(status.outcome, HasSubstr("not enough memory"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(ExportJob, AllFiguresGoIntoAFolder) {
  FilesRequest request = files({Format::svg, Format::csv}, "all");
  request.into_folder = true;
  request.figures = {subject("loss"), subject("unrolled")};
  exporter_->write(request);
  EXPECT_THAT(ended().outcome, HasSubstr("written: 4 files in " + folder_.string() + "/all"));
  EXPECT_THAT(names(), ElementsAre("all", "all/loss.csv", "all/loss.svg", "all/unrolled.csv",
                                   "all/unrolled.svg"));
}

TEST_F(ExportJob, AWalkTellsHowFarItIsAndIsThereAsAWhole) {
  const AnimationRequest request = animation(Moving::walk, ".gif");
  exporter_->animate(request);
  std::int64_t last = 0;
  const ExportStatus status = wait([&](const ExportStatus& now) {
    EXPECT_GE(now.done, last);
    EXPECT_TRUE(now.total == 0 || now.total == 2 * 4 + 3);
    last = now.done;
    return now.outcomes == 1;
  });
  EXPECT_FALSE(status.failed) << status.outcome;
  EXPECT_THAT(names(), ElementsAre("film.gif"));
  EXPECT_THAT(contents(folder_ / "film.gif"), StartsWith("GIF89a"));
}

TEST_F(ExportJob, CancellingLeavesNothing) {
  std::uint64_t outcomes = 0;
  for (const char* ending : {".gif", ""}) {
    shots_ = 0;
    exporter_->animate(animation(Moving::next, ending));
    while (shots_ < 3) std::this_thread::yield();
    exporter_->cancel();
    const ExportStatus status = ended(++outcomes);
    EXPECT_FALSE(status.failed);
    EXPECT_EQ(status.outcome, "cancelled");
    EXPECT_THAT(names(), IsEmpty()) << ending;
  }
  // What comes after is done.
  exporter_->write(files({Format::csv}));
  EXPECT_FALSE(ended(++outcomes).failed);
  EXPECT_THAT(names(), ElementsAre("loss.csv"));
}

TEST_F(ExportJob, AnAnimationThatHasToWaitIsOfTheTrainingOfItsOrder) {
  exporter_->animate(animation(Moving::next, ".gif"));
  while (shots_ < 3) std::this_thread::yield();
  exporter_->animate(animation(Moving::so_far, ""));
  EXPECT_EQ(asked_for_training_, 2);  // though the first is still being written
  exporter_->animate(animation(Moving::walk, ""));
  EXPECT_EQ(asked_for_training_, 2);
}

TEST_F(ExportJob, TheEndOfTheWindowStopsAnimationsAndFinishesFigures) {
  for (const char* ending : {".gif", ""}) {
    shots_ = 0;
    exporter_->animate(animation(Moving::next, ending));
    exporter_->write(files({Format::svg}));
    while (shots_ < 3) std::this_thread::yield();
    exporter_.reset();
    EXPECT_THAT(names(), ElementsAre("loss.svg")) << ending;
    EXPECT_THAT(contents(folder_ / "loss.svg"), EndsWith("</svg>\n")) << ending;
    fs::remove(folder_ / "loss.svg");
    start();
  }
}

TEST_F(ExportJob, StatusIsReadWhileOthersAskAndWrite) {
  std::atomic<bool> over = false;
  std::thread reader([&] {
    std::uint64_t revision = 0;
    while (!over) {
      const ExportStatus status = exporter_->status();
      EXPECT_GE(status.revision, revision);
      revision = status.revision;
    }
  });
  for (int i = 0; i < 5; ++i) {
    exporter_->write(files({Format::csv, Format::npy}, "loss" + std::to_string(i)));
    exporter_->examine(folder_.string());
    exporter_->complete(*figure::find_figure("loss"), snapshot_, {});
  }
  ended(5);
  over = true;
  reader.join();
  EXPECT_EQ(names().size(), 10u);
}

TEST_F(ExportJob, WhatAFigureLacksIsComputedBeside) {
  exporter_->complete(*figure::find_figure("spectrum"), snapshot_, {});
  const ExportStatus status = wait([](const auto& now) { return now.completed != nullptr; });
  EXPECT_EQ(status.incomplete, snapshot_);
  EXPECT_EQ(status.completed_for, figure::find_figure("spectrum"));
}

// A program of that name in a PATH of its own.
class ExportClipboard : public ExportJob {
protected:
  void SetUp() override {
    ExportJob::SetUp();
    for (const char* name : {"PATH", "DISPLAY", "WAYLAND_DISPLAY"}) {
      const char* const value = std::getenv(name);
      before_.emplace_back(name, value ? std::optional<std::string>(value) : std::nullopt);
      unsetenv(name);
    }
    setenv("PATH", folder_.c_str(), 1);
  }
  void TearDown() override {
    for (const auto& [name, value] : before_)
      value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
    ExportJob::TearDown();
  }
  void pretend(const std::string& name, const std::string& script) {
    fs::permissions(file(name, "#!/bin/sh\n" + script), fs::perms::owner_all);
  }
  ExportStatus copied() {
    exporter_->copy(subject());
    return ended(++outcomes_);
  }
  std::uint64_t outcomes_ = 0;
  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

TEST_F(ExportClipboard, ThePictureGoesToTheProgramOfTheDesktop) {
  const std::string take = "echo \"$*\" > " + (folder_ / "words").string() + "\n/bin/cat > " +
                           (folder_ / "picture").string() + "\n";
  pretend("wl-copy", take);
  pretend("xclip", take);
  const Subject one = subject();
  const std::string png = render(*one.info, *one.snapshot, one.view, one.look, Format::png);
  setenv("DISPLAY", ":7", 1);
  EXPECT_EQ(copied().outcome, "copied: Loss as a picture");
  EXPECT_EQ(contents(folder_ / "words"), "-selection clipboard -t image/png -i\n");
  EXPECT_EQ(contents(folder_ / "picture"), png);
  fs::remove(folder_ / "picture");
  setenv("WAYLAND_DISPLAY", "wayland-0", 1);
  EXPECT_FALSE(copied().failed);
  EXPECT_EQ(contents(folder_ / "words"), "--type image/png\n");
  EXPECT_EQ(contents(folder_ / "picture"), png);
}

TEST_F(ExportClipboard, WithoutAProgramItSaysWhatToInstall) {
  EXPECT_THAT(copied().outcome, HasSubstr("no desktop"));
  setenv("DISPLAY", ":7", 1);
  const ExportStatus status = copied();
  EXPECT_TRUE(status.failed);
  EXPECT_EQ(status.outcome, "to copy figures, install the package xclip");
  setenv("WAYLAND_DISPLAY", "wayland-0", 1);
  EXPECT_EQ(copied().outcome, "to copy figures, install the package wl-clipboard");
  // A program of the other desktop helps where both are there.
  pretend("xclip", "exit 0\n");
  EXPECT_FALSE(copied().failed);
  pretend("xclip", "exit 3\n");
  EXPECT_THAT(copied().outcome, HasSubstr("xclip could not take the picture"));
}

// One that goes on serving is not waited for, and taken leave of when it ends.
TEST_F(ExportClipboard, WhatGoesOnServingIsNotWaitedForAndLeavesNoZombie) {
  setenv("DISPLAY", ":7", 1);
  const std::string end = (folder_ / "end").string();
  pretend("xclip", "/bin/cat > /dev/null\nwhile [ ! -e " + end + " ]; do /bin/sleep 0.05; done\n");
  Clipboard clipboard;
  EXPECT_EQ(clipboard.put("picture"), "");
  EXPECT_TRUE(clipboard.bury());
  file("end", "");
  for (int i = 0; i < 2000 && clipboard.bury(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(clipboard.bury());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "there is a child left";
}

std::string printed_by(const std::string& command) {
  std::string text;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  pclose(pipe);
  return text;
}

TEST(RealClipboard, XclipGivesThePictureBack) {
  const char* const display = std::getenv("DISPLAY");
  if (display == nullptr || *display == '\0' || find_program("xclip").empty()) {
    ASSERT_EQ(std::getenv("BACKFLOW_REQUIRE_DISPLAY"), nullptr) << "there is no display, or xclip";
    GTEST_SKIP() << "there is no display, or xclip";
  }
  const char* const wayland = std::getenv("WAYLAND_DISPLAY");
  if (wayland != nullptr && *wayland != '\0') GTEST_SKIP() << "the desktop is not X11";
  std::string png(100000, '\0');
  for (std::size_t i = 0; i < png.size(); ++i) png[i] = static_cast<char>(i * i % 251);
  ASSERT_EQ(Clipboard().put(png), "");
  EXPECT_EQ(printed_by("xclip -selection clipboard -t image/png -o"), png);
}

}  // namespace
}  // namespace backflow::exporting
