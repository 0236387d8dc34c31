#include "app/ui/export_dialog.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "app/figure/number_format.h"
#include "app/ui/export_form.h"
#include "app/ui/page.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

using exporting::Moving;
using What = ExportDraft::What;

constexpr double kWidth = 980.0, kHeight = 560.0;  // of the card, in units
constexpr double kForm = 400.0, kLeastPreview = 240.0;
constexpr double kHead = 28.0, kFoot = 30.0, kGap = 12.0;

std::string millimetres(const figure::Figure& figure) {
  const auto mm = [](double units) { return figure::fixed(units * 25.4 / 96.0, 0); };
  return mm(figure.width) + " × " + mm(figure.height) + " mm";
}

}  // namespace

void ExportDialog::open(ExportScene scene, const FigureChoice& figure, const std::string& directory,
                        exporting::Exporter& exporter) {
  open_ = true;
  scene_ = std::move(scene);
  draft_.figure = figure.name;
  draft_.side = figure.side;
  if (draft_.what == What::all) draft_.what = What::figure;
  draft_.typed_name.reset();
  if (draft_.directory.empty()) draft_.directory = directory;
  program_ = exporter.program();
  examined_.clear();
  completed_for_ = nullptr;
  completed_ = incomplete_ = nullptr;
  request_ = 0;
  refusal_.clear();
  question_.reset();
}

void ExportDialog::close_one() {
  if (question_)
    question_.reset();
  else
    open_ = false;
}

exporting::Subject ExportDialog::subject() const {
  exporting::Subject subject = subject_of(draft_, scene_, program_);
  if (completed_ && completed_for_ == subject.info && incomplete_ == subject.snapshot)
    subject.snapshot = completed_;
  return subject;
}

// What can only be known elsewhere: of the directory, and of the figure.
void ExportDialog::ask(exporting::Exporter& exporter) {
  if (examined_ != draft_.directory || examined_.empty()) {
    examined_ = draft_.directory;
    exporter.examine(examined_);
  }
  const exporting::Subject plain = subject_of(draft_, scene_, program_);
  if (draft_.what == What::all || (plain.info == completed_for_ && plain.snapshot == incomplete_))
    return;
  completed_for_ = plain.info;
  incomplete_ = plain.snapshot;
  completed_ = nullptr;
  exporter.complete(*plain.info, plain.snapshot, plain.view);
}

void ExportDialog::take_answer(const exporting::ExportStatus& status) {
  using enum exporting::ExportStatus::Answer;
  status_ = status;
  if (status.completed_for == completed_for_ && status.incomplete == incomplete_)
    completed_ = status.completed;
  if (request_ == 0 || status.request != request_ || status.answer == checking) return;
  request_ = 0;
  if (status.answer == taken) {
    directory_used_ = sent_.directory;
    open_ = false;
  } else if (!(draft_ == sent_)) {
    return;  // an answer about another file, which must not be overwritten for this one
  } else if (status.answer == exists) {
    question_ = status.sentence;
  } else {
    refusal_ = status.sentence;
  }
}

void ExportDialog::begin(exporting::Exporter& exporter, bool overwrite) {
  question_.reset();
  refusal_.clear();
  sent_ = draft_;
  if (draft_.is_animation()) {
    exporting::AnimationRequest request = animation_request(draft_, scene_, program_);
    request.to.overwrite = overwrite;
    request_ = exporter.animate(std::move(request));
    return;
  }
  exporting::FilesRequest request = files_request(draft_, scene_, program_);
  if (draft_.what == What::figure) request.figures = {subject()};
  request.to.overwrite = overwrite;
  request_ = exporter.write(std::move(request));
}

void ExportDialog::draw(UiContext& ui, const Rect& window, exporting::Exporter& exporter,
                        const exporting::ExportStatus& status, HeatmapTextures* textures) {
  if (!open_) return;
  take_answer(status);
  if (!open_) return;
  ask(exporter);
  const Rect inner = begin_page(ui, "export", window, kWidth, kHeight);
  const Rect head{inner.x, inner.y, inner.width, ui.px(kHead)};
  draw_text(ui, head, "Export", 15.0, ui.colors().text, figure::HAlign::left, true);
  const double close = ui.px(84.0), switcher = std::min(ui.px(330.0), inner.width - 2.0 * close);
  const auto what =
      segmented(ui,
                {"Export what",
                 "One figure, every figure into a folder, or a moving picture",
                 {inner.right() - close - ui.px(kGap) - switcher, head.y, switcher, head.height}},
                {{"figure", "one figure"}, {"all", "all figures"}, {"animation", "animation"}},
                draft_.what == What::figure ? "figure"
                : draft_.what == What::all  ? "all"
                                            : "animation");
  const ExportDraft before = draft_;
  if (what)
    draft_.what = *what == "figure" ? What::figure : *what == "all" ? What::all : What::animation;
  if (button(ui,
             {"Close export",
              "Back to the window; what is under way goes on  (Esc)",
              {inner.right() - close, head.y, close, head.height}},
             {"Close"}))
    open_ = false;

  const Rect foot{inner.x, inner.bottom() - ui.px(kFoot), inner.width, ui.px(kFoot)};
  const double top = head.bottom() + ui.px(kGap), height = foot.y - ui.px(kGap) - top;
  const bool beside = inner.width >= ui.px(kForm + kGap + kLeastPreview);
  const double form_width = beside ? ui.px(kForm) : inner.width;
  draw_form(ui, {inner.right() - form_width, top, form_width, height});
  if (beside)
    draw_preview(ui, {inner.x, top, inner.width - form_width - ui.px(1.5 * kGap), height},
                 textures);
  if (!(before == draft_)) {
    refusal_.clear();
    question_.reset();
  }
  if (question_)
    draw_question(ui, foot, exporter);
  else
    draw_buttons(ui, foot, exporter);
  ImGui::End();
}

void ExportDialog::draw_form(UiContext& ui, const Rect& rect) {
  ImGui::SetCursorScreenPos(top_left(rect));
  ImGui::BeginChild("export form",
                    ImVec2(static_cast<float>(rect.width), static_cast<float>(rect.height)));
  Form form(ui, rect);
  draw_what(form);
  if (draft_.is_animation())
    draw_motion(form);
  else
    draw_formats(form);
  draw_looks(form);
  draw_place(form);
  form.end();
  ImGui::EndChild();
}

void ExportDialog::draw_preview(UiContext& ui, const Rect& rect, HeatmapTextures* textures) {
  const double line = ui.px(20.0), pad = ui.px(10.0);
  const Rect frame{rect.x, rect.y, rect.width, rect.height - line - ui.px(4.0)};
  ImGui::GetWindowDrawList()->AddRectFilled(top_left(frame), bottom_right(frame),
                                            to_imgui(ui.colors().panel),
                                            static_cast<float>(ui.px(6.0)));
  exporting::Subject seen = subject();
  // A walk is shown where it is about half way.
  if (draft_.is_animation() && draft_.motion == Moving::walk && seen.info->follows.playhead)
    seen.view.playhead = figure::Playhead{picture_count(draft_, scene_) / 2};
  preview_.draw(ui, inset(frame, pad), seen, textures);
  interact(ui, {"figure preview", "", frame});
  const figure::Figure& figure = preview_.figure();
  std::string text = millimetres(figure);
  if (draft_.has_pixels() || draft_.what == What::figure)
    text += fmt::format("   ·   {}{:.0f} × {:.0f} pixels", draft_.is_animation() ? "" : "PNG ",
                        figure.width * seen.look.png_scale, figure.height * seen.look.png_scale);
  if (draft_.what == What::all)
    text = fmt::format("{} figures, {} files", figure::catalogue().size(),
                       figure::catalogue().size() * draft_.chosen_formats().size());
  if (draft_.is_animation()) {
    const auto pictures = picture_count(draft_, scene_);
    text += fmt::format("   ·   {} pictures, {} s",
                        figure::grouped(static_cast<std::uint64_t>(pictures)),
                        figure::compact(static_cast<double>(pictures) / draft_.per_second));
  }
  draw_text(ui, {frame.x, rect.bottom() - line, frame.width, line}, text, 12.0,
            ui.colors().muted_text, figure::HAlign::center);
}

void ExportDialog::draw_buttons(UiContext& ui, const Rect& row, exporting::Exporter& exporter) {
  const double width = ui.px(110.0), gap = ui.px(8.0);
  const Rect go{row.right() - width, row.y, width, row.height};
  const Rect copy{go.x - gap - width, row.y, width, row.height};
  sentence_ = check_draft(draft_);
  const bool film = draft_.is_animation() && !draft_.ending.empty() && draft_.ending != ".gif";
  if (sentence_.empty() && film) sentence_ = status_.no_film;
  if (sentence_.empty() && status_.examined == draft_.directory) sentence_ = status_.examination;
  const bool good = sentence_.empty();
  if (sentence_.empty()) sentence_ = refusal_;
  const bool one = draft_.what == What::figure;
  const Rect rest{row.x, row.y, (one ? copy.x : go.x) - gap - row.x, row.height};
  if (!sentence_.empty()) draw_lines(ui, rest, sentence_, ui.colors().warning);
  if (one &&
      button(ui, {"Copy figure", "As a PNG picture, for other programs to paste", copy, true},
             {"Copy as PNG"}))
    exporter.copy(subject());
  const bool entered = page_has_enter(ui);
  const bool able = good && request_ == 0;
  if (button(ui, {"Export now", "Write it in the background  (Enter)", go, able},
             {.text = "Export", .primary = able}) ||
      (entered && able))
    begin(exporter, false);
}

void ExportDialog::draw_question(UiContext& ui, const Rect& row, exporting::Exporter& exporter) {
  const double width = ui.px(110.0), gap = ui.px(8.0);
  const Rect yes{row.right() - width, row.y, width, row.height};
  const Rect no{yes.x - gap - width, row.y, width, row.height};
  sentence_ = *question_ + "; overwrite?";
  draw_lines(ui, {row.x, row.y, no.x - gap - row.x, row.height}, sentence_, ui.colors().warning);
  if (button(ui, {"Keep files", "Write nothing; choose another name  (Esc)", no}, {"Keep"}))
    question_.reset();
  else if (button(ui, {"Overwrite files", "What is there now is lost", yes},
                  {.text = "Overwrite", .primary = true}))
    begin(exporter, true);
}

}  // namespace backflow::ui
