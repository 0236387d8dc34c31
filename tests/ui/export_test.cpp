// Exporting from the window: the dialog and what it asks for, by mouse and keyboard.
#include <algorithm>

#include <fmt/format.h>

#include "app/export/animation.h"
#include "app/export/svg_canvas.h"
#include "app/ui/export_dialog.h"
#include "tests/ui/window_state.h"

namespace backflow::ui {
namespace {

using exporting::Format;
using exporting::Moving;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Answer = exporting::ExportStatus::Answer;

// Takes everything down and answers when it is told to.
class FakeExporter final : public exporting::Exporter {
public:
  std::uint64_t write(exporting::FilesRequest request) override {
    written.push_back(std::move(request));
    return begin();
  }
  std::uint64_t animate(exporting::AnimationRequest request) override {
    animated.push_back(std::move(request));
    return begin();
  }
  void copy(exporting::Subject subject) override { copied.push_back(std::move(subject)); }
  void examine(std::string directory) override {
    told.examined = std::move(directory);
    told.examination = bad_directory;
    ++told.revision;
  }
  void complete(const figure::FigureInfo& info, std::shared_ptr<const session::Snapshot> snapshot,
                const figure::View&) override {
    told.completed_for = &info;
    told.incomplete = snapshot;
    told.completed = std::move(snapshot);
    ++told.revision;
  }
  std::string program() const override { return "Backflow test"; }
  void cancel() override { ++cancels; }
  exporting::ExportStatus status() const override { return told; }

  void answer(Answer answer, std::string sentence = {}) {
    told.answer = answer;
    told.sentence = std::move(sentence);
    ++told.revision;
  }

  std::vector<exporting::FilesRequest> written;
  std::vector<exporting::AnimationRequest> animated;
  std::vector<exporting::Subject> copied;
  int cancels = 0;
  std::string bad_directory;
  exporting::ExportStatus told;

private:
  std::uint64_t begin() {
    answer(Answer::checking);
    return ++told.request;
  }
};

class ExportDialogTest : public ::testing::Test {
protected:
  explicit ExportDialogTest(std::vector<std::string> keys = {"task.name=first-bit",
                                                             "task.steps=12"})
      : driver_(configured(keys), 1280, 800, 1.0, {}, false, &exporter_) {}

  const ExportDialog& dialog() { return driver_.ui().export_dialog(); }
  void open(const std::string& figure) {
    driver_.click("Export " + figure);
    driver_.frames(2);
    ASSERT_TRUE(dialog().is_open());
  }
  const exporting::FilesRequest& exported() {
    const std::size_t before = exporter_.written.size();
    driver_.click("Export now");
    EXPECT_EQ(exporter_.written.size(), before + 1);
    exporter_.answer(Answer::refused, "not now");
    driver_.frames(2);
    return exporter_.written.back();
  }
  const exporting::AnimationRequest& animated() {
    const std::size_t before = exporter_.animated.size();
    driver_.click("Export now");
    EXPECT_EQ(exporter_.animated.size(), before + 1);
    exporter_.answer(Answer::refused, "not now");
    driver_.frames(2);
    return exporter_.animated.back();
  }
  void type_text(const std::string& label, const std::string& text) {
    driver_.click(label);
    driver_.frames(4);
    driver_.type(text);
    driver_.press(Key::enter);
    driver_.frames(2);
  }

  FakeExporter exporter_;
  UiDriver driver_;
};

// All that a figure consists of, as one text.
std::string marks_of(figure::Figure figure) {
  figure.background = {};  // the window has its own
  return exporting::to_svg(figure);
}

TEST_F(ExportDialogTest, OpensByButtonAndForWhatTheMouseOrTheKeyboardIsAt) {
  const auto opened = [&] {
    driver_.frames(2);
    EXPECT_TRUE(dialog().is_open());
    const std::string figure = dialog().draft().figure;
    driver_.press(Key::escape);
    driver_.frames(2);
    EXPECT_FALSE(dialog().is_open());
    return figure;
  };
  for (const char* figure : {"unrolled", "jacobian-norms", "loss", "gradient-norm"}) {
    driver_.click(std::string("Export ") + figure);
    EXPECT_EQ(opened(), figure);
    driver_.hover("figure " + std::string(figure));
    driver_.press_with_control(Key::e);
    EXPECT_EQ(opened(), figure);
  }
  driver_.hover("Run");
  driver_.press_with_control(Key::e);
  EXPECT_EQ(opened(), "dashboard");
  driver_.hover("figure loss");
  tab_to(driver_, "Tab learning-rate");
  driver_.press_with_control(Key::e);
  EXPECT_EQ(opened(), "gradient-norm");
  tab_to(driver_, "Export unrolled");
  driver_.press(Key::enter);
  EXPECT_EQ(opened(), "unrolled");
}

TEST_F(ExportDialogTest, WhatLeavesIsWhatIsOnTheScreen) {
  driver_.click("Run");
  while (driver_.snapshot().iteration < 8) driver_.frames();
  driver_.click("Pause");
  driver_.choose("Colour limits", "fixed");
  driver_.press(Key::k);  // other colours
  driver_.choose("Loss axis", "log");
  driver_.hover("figure unrolled");
  driver_.wheel(3.0);
  driver_.press(Key::period);
  driver_.frames(60);
  ASSERT_TRUE(driver_.snapshot().analysis->walk);
  driver_.hover("Run");
  driver_.frames(3);
  for (const char* name : {"unrolled", "jacobian-norms", "loss", "gradient-norm"}) {
    SCOPED_TRACE(name);
    open(name);
    driver_.choose("Export theme", "dark");
    if (dialog().draft().title) driver_.click("Export title");
    const exporting::Subject leaves = exported().figures.front();
    EXPECT_EQ(leaves.info->name, name);
    driver_.press(Key::escape);
    driver_.hover("Run");
    driver_.frames(3);
    const std::string shown = marks_of(driver_.figure(name));
    EXPECT_GT(shown.size(), 2000u);
    const auto figure =
        exporting::figure_of(*leaves.info, *leaves.snapshot, leaves.view, leaves.look);
    EXPECT_TRUE(marks_of(figure) == shown);
    EXPECT_TRUE(marks_of(dialog().preview()) == shown);
  }
}

TEST_F(ExportDialogTest, StaysWithItsMomentWhileTrainingGoesOn) {
  driver_.click("Run");
  driver_.frames(5);
  open("loss");
  const auto then = exported().figures.front().snapshot->iteration;
  const auto told = exported().figures.front().snapshot->record->iteration;
  const auto reached = driver_.snapshot().iteration;
  driver_.frames(10);
  EXPECT_GT(driver_.snapshot().iteration, reached);
  EXPECT_EQ(exported().figures.front().snapshot->iteration, then);
  EXPECT_EQ(exported().to.name, "loss-iteration-" + std::to_string(told));
}

TEST_F(ExportDialogTest, EveryControlChangesWhatIsAskedFor) {
  open("loss");
  const exporting::FilesRequest plain = exported();
  EXPECT_EQ(plain.figures.size(), 1u);
  EXPECT_THAT(plain.formats, ElementsAre(Format::svg));
  EXPECT_EQ(plain.to, (exporting::Destination{"/tmp/figures", "loss-iteration-0", false}));
  const exporting::Look look = plain.figures.front().look;
  EXPECT_EQ(look.style.theme, figure::Theme::light);
  EXPECT_TRUE(look.style.title);
  EXPECT_EQ(look.program, "Backflow test");

  for (const char* format : {"svg", "pdf", "png", "csv", "npy"})
    driver_.click(std::string("Export ") + format);
  EXPECT_THAT(exported().formats, ElementsAre(Format::pdf, Format::png, Format::csv, Format::npy));
  driver_.choose("Export figure", "accuracy");
  EXPECT_EQ(exported().figures.front().info->name, "accuracy");
  EXPECT_EQ(exported().to.name, "accuracy-iteration-0");
  const auto now = [&] { return exported().figures.front().look; };
  driver_.choose("Export theme", "dark");
  EXPECT_EQ(now().style.theme, figure::Theme::dark);
  driver_.click("Export title");
  EXPECT_FALSE(now().style.title);
  driver_.click("Export caption");
  EXPECT_EQ(now().caption, figure::CaptionPlace::below);
  driver_.click("Export transparent");
  EXPECT_TRUE(now().transparent);
  driver_.type_value("Export pixels", "300");
  EXPECT_DOUBLE_EQ(now().png_scale, 300.0 / 96.0);
  driver_.choose("Export resolution", "width");
  driver_.type_value("Export pixels", "3840");
  EXPECT_NEAR(now().png_scale * now().size.width, 3840.0, 1e-9);
  driver_.choose("Export size", "slide");
  EXPECT_EQ(now().size, (figure::Size{1280.0, 720.0}));
  EXPECT_GT(now().style.font_size, look.style.font_size);
  EXPECT_EQ(now().caption, figure::CaptionPlace::within);
  EXPECT_NEAR(now().png_scale, 3.0, 1e-9);
  type_text("Export folder", "/tmp/elsewhere");
  EXPECT_EQ(exported().to.directory, "/tmp/elsewhere");
  type_text("Export name", "mine.png");
  EXPECT_EQ(exported().to.name, "mine");
  driver_.click("Copy figure");
  ASSERT_EQ(exporter_.copied.size(), 1u);
  EXPECT_EQ(exporter_.copied.front().look, now());
  driver_.choose("Export what", "all");
  EXPECT_EQ(exported().figures.size(), figure::catalogue().size());
  EXPECT_TRUE(exported().into_folder);
}

TEST_F(ExportDialogTest, AnAnimationHasItsOwnChoices) {
  driver_.click("Run");
  while (driver_.snapshot().iteration < 9) driver_.frames();
  driver_.click("Pause");
  open("unrolled");
  driver_.choose("Export what", "animation");
  const exporting::AnimationRequest walk = animated();
  EXPECT_EQ(walk.moving, Moving::walk);
  EXPECT_EQ(walk.ending, ".gif");
  EXPECT_DOUBLE_EQ(walk.subject.look.png_scale, 1.0);
  EXPECT_THAT(walk.to.name, HasSubstr("unrolled-walk-iteration-"));
  driver_.choose("Export motion", "so-far");
  EXPECT_EQ(animated().moving, Moving::so_far);
  driver_.choose("Export motion", "next");
  EXPECT_EQ(animated().moving, Moving::next);
  driver_.type_value("Export iterations", "240");
  EXPECT_EQ(animated().iterations, 240);
  driver_.type_value("Export pictures", "30");
  EXPECT_EQ(animated().pictures, 30);
  driver_.type_value("Export speed", "5");
  EXPECT_EQ(animated().per_second, 5.0);
  driver_.choose("Export film", "png");
  EXPECT_EQ(animated().ending, "");
  driver_.choose("Export film", ".mp4");
  EXPECT_EQ(animated().ending, ".mp4");
  // What cannot be made is said at once.
  exporter_.told.no_film = "films need ffmpeg";
  driver_.frames(2);
  EXPECT_EQ(dialog().sentence(), "films need ffmpeg");
  EXPECT_FALSE(driver_.widget("Export now").enabled);
  driver_.choose("Export film", ".gif");
  driver_.choose("Export figure", "loss");
  driver_.frames(2);
  EXPECT_FALSE(has_widget(driver_, "Export motion=walk"));  // the loss shows none
  EXPECT_EQ(animated().moving, Moving::next);
  driver_.choose("Export motion", "so-far");
  driver_.choose("Export figure", "folded");
  driver_.choose("Export motion", "walk");
  driver_.choose("Export figure", "spectrum");
  EXPECT_EQ(animated().moving, Moving::so_far);
}

TEST_F(ExportDialogTest, WhatIsThereIsOverwrittenOnlyAfterAsking) {
  open("loss");
  driver_.click("Export now");
  exporter_.answer(Answer::exists, "loss.svg exists");
  driver_.frames(2);
  EXPECT_EQ(dialog().sentence(), "loss.svg exists; overwrite?");
  driver_.press(Key::escape);  // takes back the question only
  driver_.frames(2);
  EXPECT_TRUE(dialog().is_open());
  EXPECT_FALSE(has_widget(driver_, "Overwrite files"));
  driver_.click("Export now");
  exporter_.answer(Answer::exists, "loss.svg exists");
  driver_.frames(2);
  driver_.click("Keep files");
  EXPECT_EQ(exporter_.written.size(), 2u);
  driver_.click("Export now");
  exporter_.answer(Answer::exists, "loss.svg exists");
  driver_.frames(2);
  driver_.click("Overwrite files");
  ASSERT_EQ(exporter_.written.size(), 4u);
  EXPECT_FALSE(exporter_.written[2].to.overwrite);
  EXPECT_TRUE(exporter_.written[3].to.overwrite);
  EXPECT_TRUE(dialog().is_open());
  exporter_.answer(Answer::taken);
  driver_.frames(2);
  EXPECT_FALSE(dialog().is_open());
  EXPECT_EQ(driver_.ui().settings().export_directory, "/tmp/figures");
}

TEST_F(ExportDialogTest, AFolderThatIsNotThereIsToldBeforeAnythingIsWritten) {
  exporter_.bad_directory = "there is no directory /tmp/figures";
  open("loss");
  EXPECT_EQ(dialog().sentence(), exporter_.bad_directory);
  EXPECT_FALSE(driver_.widget("Export now").enabled);
  driver_.press(Key::enter);
  driver_.click("Export now");
  EXPECT_TRUE(exporter_.written.empty());
  exporter_.bad_directory.clear();
  type_text("Export folder", "/tmp");
  EXPECT_EQ(dialog().sentence(), "");
  driver_.press(Key::enter);
  EXPECT_EQ(exporter_.written.size(), 1u);
  exporter_.answer(Answer::refused, "the disk is gone");
  driver_.frames(2);
  EXPECT_EQ(dialog().sentence(), "the disk is gone");
  driver_.click("Export csv");  // something changed: it may be different now
  driver_.frames(2);
  EXPECT_EQ(dialog().sentence(), "");
  for (const char* format : {"svg", "csv"}) driver_.click(std::string("Export ") + format);
  driver_.frames(2);
  EXPECT_EQ(dialog().sentence(), "choose a format");
}

TEST_F(ExportDialogTest, NothingBehindItTakesKeysOrClicks) {
  const figure::Rect run = driver_.widget("Run").rect;
  open("loss");
  for (const Key key : {Key::space, Key::t, Key::f, Key::digit_2, Key::right_arrow, Key::m, Key::b,
                        Key::r, Key::f1, Key::home}) {
    driver_.press(key);
    driver_.frames(2);
  }
  EXPECT_TRUE(dialog().is_open());
  EXPECT_FALSE(driver_.snapshot().running);
  EXPECT_FALSE(driver_.snapshot().other);
  EXPECT_EQ(driver_.snapshot().iteration, 0u);
  EXPECT_EQ(driver_.ui().theme(), figure::Theme::dark);
  EXPECT_NE(driver_.ui().figure("jacobian-norms"), nullptr);
  driver_.click_at({run.x + 5.0, run.y + 5.0});
  EXPECT_FALSE(driver_.snapshot().running);
  // Tab goes round within it.
  std::vector<std::string> reached;
  for (int i = 0; i < 60; ++i) {
    driver_.press(Key::tab);
    reached.push_back(driver_.ui().focused());
  }
  for (const char* label :
       {"Export figure", "Export svg", "Export size", "Export resolution=dpi", "Export pixels",
        "Export theme=dark", "Export caption", "Export folder", "Export name", "Copy figure",
        "Export now", "Close export", "Export what=all"})
    EXPECT_NE(std::find(reached.begin(), reached.end(), label), reached.end()) << label;
  for (const char* label : {"Run", "Tab loss", "Export unrolled"})
    EXPECT_EQ(std::find(reached.begin(), reached.end(), label), reached.end()) << label;
}

TEST_F(ExportDialogTest, EscapeClosesAListThenTheField) {
  open("loss");
  driver_.click("Export size");
  driver_.frames(2);
  ASSERT_TRUE(has_widget(driver_, "Export size=poster"));
  driver_.press(Key::escape);
  driver_.frames(2);
  EXPECT_FALSE(has_widget(driver_, "Export size=poster"));
  EXPECT_TRUE(dialog().is_open());
  driver_.click("Export name");
  driver_.frames(4);
  driver_.type("other");
  driver_.press(Key::escape);
  driver_.frames(2);
  EXPECT_TRUE(dialog().is_open());
  EXPECT_EQ(exported().to.name, "loss-iteration-0");
}

TEST_F(ExportDialogTest, ProgressCancelAndTheEndAreInTheStatusBar) {
  EXPECT_EQ(driver_.ui().export_text(), "");
  exporter_.told.busy = true;
  exporter_.told.what = "film.gif";
  exporter_.told.done = 7;
  exporter_.told.total = 40;
  driver_.frames(2);
  EXPECT_EQ(driver_.ui().export_text(), "exporting film.gif  7 of 40");
  driver_.click("Cancel export");
  EXPECT_EQ(exporter_.cancels, 1);
  exporter_.told.busy = false;
  ++exporter_.told.outcomes;
  exporter_.told.outcome = "written: /tmp/figures/film.gif";
  driver_.frames(2);
  EXPECT_EQ(driver_.ui().export_text(), "written: /tmp/figures/film.gif");
  EXPECT_FALSE(has_widget(driver_, "Cancel export"));
  driver_.click("Close export message");
  driver_.frames(2);
  EXPECT_EQ(driver_.ui().export_text(), "");
  ++exporter_.told.outcomes;
  exporter_.told.failed = true;
  exporter_.told.outcome = "film.gif could not be written: No space left on device";
  driver_.wait(20.0);
  EXPECT_THAT(driver_.ui().export_text(), HasSubstr("No space left"));
}

TEST_F(ExportDialogTest, OfTwoNetworksEachCanLeave) {
  driver_.press(Key::b);
  driver_.choose("Activation", "relu");
  driver_.frames(3);
  driver_.click("B Export unrolled");
  driver_.frames(2);
  EXPECT_TRUE(exported().figures.front().snapshot->is_b);
  EXPECT_THAT(exported().to.name, HasSubstr("unrolled-b-"));
  driver_.choose("Export side", "a");
  EXPECT_FALSE(exported().figures.front().snapshot->is_b);
  driver_.choose("Export figure", "loss");
  const auto both = exported().figures.front().snapshot;
  EXPECT_FALSE(both->is_b);
  EXPECT_TRUE(both->other);
  // The dashboard is of both as well, whatever was chosen for another figure.
  driver_.choose("Export figure", "unrolled");
  driver_.choose("Export side", "b");
  driver_.choose("Export figure", "dashboard");
  EXPECT_FALSE(exported().figures.front().snapshot->is_b);
  EXPECT_THAT(exported().to.name, Not(HasSubstr("-b-")));
}

TEST(ExportDialogLayout, AllOfItIsInSightAtEverySize) {
  for (const auto& [width, height, scale] :
       {std::tuple(1280, 800, 1.0), std::tuple(1920, 1080, 1.0), std::tuple(2560, 1600, 2.0),
        std::tuple(1280, 800, 1.5)}) {
    FakeExporter exporter;
    UiDriver driver(configured({"task.name=first-bit"}), width, height, scale, {}, false,
                    &exporter);
    driver.press_with_control(Key::e);
    driver.frames(2);
    for (const char* what : {"figure", "all", "animation"}) {
      if (std::string(what) != "figure") driver.choose("Export what", what);
      driver.frames(2);
      SCOPED_TRACE(fmt::format("{} at {} x {}, {}", what, width, height, scale));
      std::vector<WidgetInfo> own;
      for (const WidgetInfo& widget : driver.ui().registry().all()) {
        const bool of_figure = widget.label.starts_with("Export ") &&
                               figure::find_figure(widget.label.substr(7)) != nullptr;
        if (!of_figure && (widget.label.starts_with("Export ") || widget.label == "Copy figure" ||
                           widget.label == "Close export" || widget.label == "figure preview"))
          own.push_back(widget);
      }
      EXPECT_GT(own.size(), 12u);
      for (const WidgetInfo& a : own) {
        EXPECT_GE(a.rect.x, 0.0) << a.label;
        EXPECT_LE(a.rect.right(), width) << a.label;
        EXPECT_LE(a.rect.bottom(), height) << a.label;
        EXPECT_TRUE(!a.help.empty() || a.label.starts_with("figure")) << a.label;
        for (const WidgetInfo& b : own) {
          const bool apart = a.rect.right() <= b.rect.x + 1.0 || b.rect.right() <= a.rect.x + 1.0 ||
                             a.rect.bottom() <= b.rect.y + 1.0 || b.rect.bottom() <= a.rect.y + 1.0;
          EXPECT_TRUE(&a == &b || apart) << a.label << " and " << b.label;
        }
      }
    }
  }
}

}  // namespace
}  // namespace backflow::ui
