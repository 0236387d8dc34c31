#include "app/ui/export_draft.h"

#include <algorithm>

#include "app/figure/comparison.h"
#include "app/figure/header.h"
#include "app/figure/preset.h"

namespace backflow::ui {
namespace {

using exporting::Format;
using exporting::Moving;

const ShownFigure* find_shown(const ExportScene& scene, std::string_view figure, Side side) {
  for (const ShownFigure& shown : scene.shown)
    if (shown.name == figure && (shown.side == side || figure::is_overlaid(figure))) return &shown;
  return nullptr;
}

bool is_of_b(const ExportScene& scene, std::string_view figure, Side side) {
  return side == Side::b && scene.snapshot->other && !figure::is_overlaid(figure) &&
         figure != "dashboard";
}

exporting::Look look_of(const ExportDraft& draft, const ExportScene& scene,
                        const figure::FigureInfo& info, const std::string& program) {
  exporting::Look look;
  look.style.theme = draft.theme;
  look.style.colors = scene.colors;
  look.style.title = draft.title;
  look.size = size_on_screen(scene, info.name, draft.side);
  // The title stands over what is on the screen, not in its place.
  if (draft.title && info.name != "dashboard" && is_on_screen(scene, info.name, draft.side))
    look.size.height += figure::kTitleHeight * look.style.font_size;
  bool fixed_height = false;
  if (const figure::Preset* preset = figure::find_preset(draft.size)) {
    fixed_height = preset->height > 0.0;
    look.size = preset->size(info.default_size);
    look.style.font_size = preset->font_size;
  }
  const ExportDraft::Resolution& resolution = draft.resolution();
  look.png_scale =
      resolution.by_width ? resolution.pixels / look.size.width : resolution.dpi / 96.0;
  // The pictures of an animation all have one size, and films have no holes.
  if (!draft.is_animation() || draft.ending.empty()) look.transparent = draft.transparent;
  if (draft.caption && !draft.is_animation())
    look.caption = fixed_height ? figure::CaptionPlace::within : figure::CaptionPlace::below;
  look.program = program;
  return look;
}

exporting::Subject subject(const ExportDraft& draft, const ExportScene& scene,
                           const figure::FigureInfo& info, const std::string& program) {
  return {&info, is_of_b(scene, info.name, draft.side) ? scene.snapshot->other : scene.snapshot,
          scene.view, look_of(draft, scene, info, program)};
}

exporting::Destination destination(const ExportDraft& draft, const ExportScene& scene) {
  return {draft.directory, name_of(draft, scene), false};
}

}  // namespace

ExportScene scene_of(const session::Snapshot& snapshot, figure::View view,
                     const std::vector<ShownFigure>& shown, figure::Size window,
                     figure::Colormap colors) {
  view.cursor.reset();
  view.cursor_iteration.reset();
  view.highlight.reset();
  return {std::make_shared<const session::Snapshot>(snapshot), view, shown, window, colors};
}

bool ExportDraft::has_pictures() const {
  if (is_animation()) return true;
  const auto chosen = chosen_formats();
  return std::any_of(chosen.begin(), chosen.end(),
                     [](Format format) { return !exporting::is_data(format); });
}

bool ExportDraft::has_pixels() const {
  return is_animation() || formats[static_cast<std::size_t>(Format::png)];
}

std::vector<Format> ExportDraft::chosen_formats() const {
  std::vector<Format> chosen;
  for (const Format format : exporting::kAllFormats)
    if (formats[static_cast<std::size_t>(format)]) chosen.push_back(format);
  return chosen;
}

std::string own_name(const ExportDraft& draft, const ExportScene& scene) {
  const session::Snapshot& shown = *scene.snapshot;
  // A figure tells the number of updates before what it shows.
  const bool of_record = !draft.is_animation() || draft.motion == Moving::walk;
  const std::string iteration =
      std::to_string(of_record && shown.record ? shown.record->iteration : shown.iteration);
  const bool all = draft.what == ExportDraft::What::all;
  std::string name = all ? "figures" : draft.figure;
  // The figures that show both networks are among all of B's too.
  const bool of_b = all ? draft.side == Side::b && shown.other != nullptr
                        : is_of_b(scene, draft.figure, draft.side);
  if (of_b) name += "-b";
  if (!draft.is_animation()) return name + "-iteration-" + iteration;
  switch (draft.motion) {
    case Moving::walk:
      return name + "-walk-iteration-" + iteration;
    case Moving::so_far:
      return name + "-until-iteration-" + iteration;
    case Moving::next:
      break;
  }
  return name + "-from-iteration-" + iteration;
}

std::string name_of(const ExportDraft& draft, const ExportScene& scene) {
  return draft.typed_name.value_or(own_name(draft, scene));
}

std::string without_ending(const std::string& name) {
  const auto ends = [&](std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending);
  };
  for (const Format format : exporting::kAllFormats)
    if (const std::string_view ending = exporting::extension(format); ends(ending))
      return name.substr(0, name.size() - ending.size());
  for (const std::string_view ending : {".gif", ".mp4", ".webm"})
    if (ends(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

bool is_on_screen(const ExportScene& scene, std::string_view figure, Side side) {
  return figure == "dashboard" || find_shown(scene, figure, side) != nullptr;
}

figure::Size size_on_screen(const ExportScene& scene, std::string_view figure, Side side) {
  if (const ShownFigure* shown = find_shown(scene, figure, side)) return shown->size;
  return figure == "dashboard" ? scene.window : figure::find_figure(figure)->default_size;
}

exporting::Subject subject_of(const ExportDraft& draft, const ExportScene& scene,
                              const std::string& program) {
  return subject(draft, scene, draft.info(), program);
}

std::vector<exporting::Subject> all_subjects(const ExportDraft& draft, const ExportScene& scene,
                                             const std::string& program) {
  std::vector<exporting::Subject> subjects;
  for (const figure::FigureInfo& info : figure::catalogue())
    subjects.push_back(subject(draft, scene, info, program));
  return subjects;
}

exporting::FilesRequest files_request(const ExportDraft& draft, const ExportScene& scene,
                                      const std::string& program) {
  const bool all = draft.what == ExportDraft::What::all;
  return {
      all ? all_subjects(draft, scene, program) : std::vector{subject_of(draft, scene, program)},
      draft.chosen_formats(), all, destination(draft, scene)};
}

exporting::AnimationRequest animation_request(const ExportDraft& draft, const ExportScene& scene,
                                              const std::string& program) {
  return {.subject = subject_of(draft, scene, program),
          .moving = draft.motion,
          .iterations = draft.iterations,
          .pictures = draft.pictures,
          .per_second = draft.per_second,
          .ending = draft.ending,
          .to = destination(draft, scene)};
}

bool can_show(const ExportDraft& draft, const ExportScene& scene, Moving motion) {
  if (motion == Moving::walk) return draft.info().follows.playhead;
  return motion == Moving::next || scene.snapshot->iteration > 0;
}

std::string check_draft(const ExportDraft& draft) {
  return !draft.is_animation() && draft.chosen_formats().empty() ? "choose a format" : "";
}

std::int64_t picture_count(const ExportDraft& draft, const ExportScene& scene) {
  if (draft.motion == Moving::walk)
    return figure::playhead_positions(scene.snapshot->record->trace.steps());
  const bool again = draft.motion == Moving::so_far;
  const std::int64_t iterations =
      again ? static_cast<std::int64_t>(scene.snapshot->iteration) : draft.iterations;
  const std::int64_t every =
      std::max<std::int64_t>(1, (iterations + draft.pictures - 1) / draft.pictures);
  return (iterations + every - 1) / every + (again ? 1 : 0);
}

}  // namespace backflow::ui
