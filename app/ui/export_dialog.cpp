#include "app/ui/export_dialog.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/number_format.h"
#include "app/figure/preset.h"
#include "app/figure/text_markup.h"
#include "app/ui/export_form.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/theme.h"

namespace backflow::ui {
namespace {

using exporting::Moving;
using What = ExportDraft::What;

constexpr double kWidth = 980.0, kHeight = 560.0, kPad = 20.0;  // of the card, in units
constexpr double kForm = 400.0, kLeastPreview = 240.0;
constexpr double kHead = 28.0, kFoot = 30.0, kGap = 12.0;

void begin_page(UiContext& ui, const Rect& window) {
  ImGui::SetNextWindowPos(top_left(window));
  ImGui::SetNextWindowSize(
      ImVec2(static_cast<float>(window.width), static_cast<float>(window.height)));
  // An open list would lose the focus, and close.
  if (!ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) ImGui::SetNextWindowFocus();
  ImGui::PushStyleColor(ImGuiCol_WindowBg, to_imgui(ui.colors().surround, 0.72));
  ImGui::Begin("export", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  ImGui::PopStyleColor();
}

Rect draw_page(UiContext& ui, const Rect& window) {
  const double width = std::min(ui.px(kWidth), window.width - ui.px(24.0));
  const double height = std::min(ui.px(kHeight), window.height - ui.px(24.0));
  const Rect card{std::round(window.x + (window.width - width) / 2.0),
                  std::round(window.y + (window.height - height) / 2.0), width, height};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto rounding = static_cast<float>(ui.px(8.0));
  list.AddRectFilled(top_left(card), bottom_right(card), to_imgui(ui.colors().background),
                     rounding);
  list.AddRect(top_left(card), bottom_right(card), to_imgui(ui.colors().axis), rounding);
  return inset(card, ui.px(kPad));
}

std::string millimetres(const figure::Figure& figure) {
  const auto mm = [](double units) { return figure::fixed(units * 25.4 / 96.0, 0); };
  return mm(figure.width) + " × " + mm(figure.height) + " mm";
}

// On as many lines as it needs, two at most.
void draw_sentence(UiContext& ui, const Rect& rect, const std::string& sentence) {
  const double size = 12.0, line = ui.px(15.0);
  std::vector<std::string> lines = figure::wrapped(sentence, ui.px(size), rect.width);
  lines.resize(std::min<std::size_t>(lines.size(), 2));
  double y = rect.y + (rect.height - static_cast<double>(lines.size()) * line) / 2.0;
  for (const std::string& text : lines) {
    draw_text(ui, {rect.x, y, rect.width, line}, text, size, ui.colors().warning);
    y += line;
  }
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
    directory_used_ = draft_.directory;
    open_ = false;
  } else if (status.answer == exists) {
    question_ = status.sentence;
  } else {
    refusal_ = status.sentence;
  }
}

void ExportDialog::begin(exporting::Exporter& exporter, bool overwrite) {
  question_.reset();
  refusal_.clear();
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
  begin_page(ui, window);
  const Rect inner = draw_page(ui, window);
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

void ExportDialog::draw_what(Form& form) {
  if (draft_.what == What::all) return;
  std::vector<Option> options;
  for (const figure::FigureInfo& info : figure::catalogue())
    options.push_back({std::string(info.name), std::string(info.title)});
  if (const auto chosen = form.combo(
          "Figure", {"Export figure", "Which one; those that are not shown can be exported too"},
          options, draft_.figure))
    draft_.figure = *chosen;
  if (!scene_.snapshot->other) return;
  const bool one = figure::is_overlaid(draft_.figure) || draft_.figure == "dashboard";
  const auto side =
      form.segmented("Network", {"Export side", "Whose figure; curves show both"},
                     {{"a", "A"}, {"b", "B"}}, draft_.side == Side::b && !one ? "b" : "a", !one);
  if (side) draft_.side = *side == "b" ? Side::b : Side::a;
}

void ExportDialog::draw_motion(Form& form) {
  static constexpr Moving kMotions[] = {Moving::walk, Moving::so_far, Moving::next};
  static constexpr const char* kTitles[] = {"one walk", "training so far", "next iterations"};
  static constexpr const char* kNames[] = {"walk", "so-far", "next"};
  std::vector<Option> options;
  for (const Moving motion : kMotions) {
    const auto i = static_cast<std::size_t>(motion);
    if (!can_show(draft_, scene_, motion)) continue;
    // The figure may have become another one.
    if (!can_show(draft_, scene_, draft_.motion)) draft_.motion = motion;
    options.push_back({kNames[i], kTitles[i]});
  }
  const auto shows = form.segmented(
      "Shows",
      {"Export motion",
       "walk: forward and backward through the iteration, step by step\n"
       "so far: the training up to here once more, changes by hand with it\n"
       "next: the training goes on in a copy; the network in the window stays as it is"},
      options, kNames[static_cast<std::size_t>(draft_.motion)]);
  for (const Moving motion : kMotions)
    if (shows == kNames[static_cast<std::size_t>(motion)]) draft_.motion = motion;
  const bool next = draft_.motion == Moving::next, training = draft_.motion != Moving::walk;
  const auto count = [&](const char* title, const Form::Words& words, double most,
                         std::int64_t& value, bool enabled) {
    const auto typed =
        form.number(title, words, {1.0, most, true, true, {}, {}}, static_cast<double>(value),
                    figure::grouped(static_cast<std::uint64_t>(value)), enabled);
    if (typed) value = static_cast<std::int64_t>(std::llround(*typed));
  };
  count("Iterations", {"Export iterations", "How far the copy trains on"}, 1e6, draft_.iterations,
        next);
  count("Pictures", {"Export pictures", "About so many, evenly over the iterations"}, 1000.0,
        draft_.pictures, training);
  if (const auto pace = form.number("Speed", {"Export speed", "Pictures per second"},
                                    {0.5, 50.0, true, false, {}, {}}, draft_.per_second,
                                    figure::compact(draft_.per_second) + " per second"))
    draft_.per_second = *pace;
  const auto kind =
      form.segmented("Format",
                     {"Export film",
                      "GIF plays everywhere; PNG: numbered pictures in a folder\n"
                      "MP4 and WebM are made by ffmpeg, where it is installed"},
                     {{".gif", "GIF"}, {"png", "PNG"}, {".mp4", "MP4"}, {".webm", "WebM"}},
                     draft_.ending.empty() ? "png" : draft_.ending);
  if (kind) draft_.ending = *kind == "png" ? "" : *kind;
}

void ExportDialog::draw_formats(Form& form) {
  static constexpr const char* kHelp[] = {
      "Drawing for web pages, Inkscape and documents", "Drawing for LaTeX and for printing",
      "Picture made of pixels", "The numbers behind it, as a table",
      "The numbers behind it, for NumPy"};
  std::vector<Form::Switch> switches;
  for (const exporting::Format format : exporting::kAllFormats) {
    const auto i = static_cast<std::size_t>(format);
    const std::string ending(exporting::extension(format).substr(1));
    std::string title = ending;
    for (char& c : title) c = static_cast<char>(c - 'a' + 'A');
    switches.push_back({"Export " + ending, title, kHelp[i], draft_.formats[i]});
  }
  if (const auto pressed = form.switches("Formats", switches))
    draft_.formats[*pressed] = !draft_.formats[*pressed];
}

void ExportDialog::draw_looks(Form& form) {
  const bool pictures = draft_.has_pictures() || draft_.what == What::figure;  // to copy
  const auto shown = [&] {
    const figure::Size size = size_on_screen(scene_, draft_.figure, draft_.side);
    const std::string numbers = fmt::format("{:.0f} × {:.0f}", size.width, size.height);
    if (draft_.what == What::all) return std::string("as on screen, else its own");
    return (is_on_screen(scene_, draft_.figure, draft_.side) ? "as on screen, " : "its own, ") +
           numbers;
  };
  std::vector<Option> sizes{{"screen", shown()}};
  for (const figure::Preset& preset : figure::presets())
    sizes.push_back({std::string(preset.name), std::string(preset.description)});
  if (const auto size =
          form.combo("Size", {"Export size", "By where it is to be seen; the letters follow"},
                     sizes, draft_.size, pictures))
    draft_.size = *size;
  draw_resolution(form);
  if (const auto theme =
          form.segmented("Colours", {"Export theme", "Light is for paper and most slides"},
                         {{"light", "light"}, {"dark", "dark"}},
                         draft_.theme == figure::Theme::light ? "light" : "dark", pictures))
    draft_.theme = *theme == "light" ? figure::Theme::light : figure::Theme::dark;
  const bool moving = draft_.is_animation();
  std::vector<Form::Switch> switches{
      {"Export title", "title", "The figure's title over it", draft_.title, pictures}};
  if (!moving)
    switches.push_back({"Export caption", "caption",
                        "Under it: what it shows, settings, seeds, iterations and version, so that "
                        "it can be made again",
                        draft_.caption, pictures});
  if (!moving || draft_.ending.empty())
    switches.push_back({"Export transparent", "transparent", "Without a background",
                        draft_.transparent, pictures});
  const auto pressed = form.switches("With", switches);
  if (!pressed) return;
  const std::string& label = switches[*pressed].label;
  bool& value = label == "Export title"     ? draft_.title
                : label == "Export caption" ? draft_.caption
                                            : draft_.transparent;
  value = !value;
}

void ExportDialog::draw_resolution(Form& form) {
  ExportDraft::Resolution& resolution = draft_.resolution();
  const bool pixels = draft_.has_pixels() || draft_.what == What::figure;
  const auto [left, right] = form.halves(draft_.is_animation() ? "Pixels" : "PNG");
  const auto by =
      segmented(form.ui(),
                {"Export resolution",
                 "How fine pictures made of pixels are: by inch, or by their width", left, pixels},
                {{"dpi", "dpi"}, {"width", "width"}}, resolution.by_width ? "width" : "dpi");
  if (by) resolution.by_width = *by == "width";
  const Widget widget{"Export pixels",
                      resolution.by_width
                          ? "Pixels across\ndrag, or double-click to type, e.g. 3840"
                          : "Pixels per inch; 96 is one for each unit on the screen\ndrag, or "
                            "double-click to type, e.g. 300",
                      right, pixels};
  const SliderRange range = resolution.by_width ? SliderRange{100.0, 16000.0, true, true, {}, {}}
                                                : SliderRange{72.0, 1200.0, true, true, {}, {}};
  const double value = resolution.by_width ? resolution.pixels : resolution.dpi;
  const auto typed =
      form.number_in(widget, range, value,
                     fmt::format("{:.0f}{}", value, resolution.by_width ? " pixels" : " dpi"));
  if (!typed) return;
  if (resolution.by_width)
    resolution.pixels = static_cast<int>(std::lround(*typed));
  else
    resolution.dpi = std::round(*typed);
}

void ExportDialog::draw_place(Form& form) {
  if (const auto text =
          form.text("Folder", {"Export folder", "Where it goes; ~ is your home\nclick to type"},
                    draft_.directory, "a folder …"))
    draft_.directory = *text;
  const bool folder = draft_.what == What::all || (draft_.is_animation() && draft_.ending.empty());
  std::string endings = draft_.is_animation() ? draft_.ending : "";
  if (folder) endings = "/";
  if (draft_.what == What::figure)
    for (const exporting::Format format : draft_.chosen_formats())
      endings += (endings.empty() ? "" : ", ") + std::string(exporting::extension(format));
  if (const auto text =
          form.text(folder ? "Into" : "Name",
                    {"Export name", folder ? "A folder in it, which is made when it is not there"
                                           : "The formats give the endings\nclick to type"},
                    name_of(draft_, scene_), "a name …", endings))
    draft_.typed_name = text->empty() ? std::nullopt : std::optional(without_ending(*text));
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
  if (!sentence_.empty()) draw_sentence(ui, rest, sentence_);
  if (one &&
      button(ui, {"Copy figure", "As a PNG picture, for other programs to paste", copy, true},
             {"Copy as PNG"}))
    exporter.copy(subject());
  const bool entered = ui.focus.label.empty() && ui.edit.label.empty() &&
                       !ImGui::GetIO().WantTextInput && key_pressed(Key::enter);
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
  draw_sentence(ui, {row.x, row.y, no.x - gap - row.x, row.height}, sentence_);
  if (button(ui, {"Keep files", "Write nothing; choose another name  (Esc)", no}, {"Keep"}))
    question_.reset();
  else if (button(ui, {"Overwrite files", "What is there now is lost", yes},
                  {.text = "Overwrite", .primary = true}))
    begin(exporter, true);
}

}  // namespace backflow::ui
