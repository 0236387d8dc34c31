// The rows of the export dialog.
#include <cmath>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/number_format.h"
#include "app/figure/preset.h"
#include "app/ui/export_form.h"

namespace backflow::ui {

using exporting::Moving;
using What = ExportDraft::What;

void ExportDialog::draw_what(Form& form) {
  const bool all = draft_.what == What::all;
  if (!all) {
    std::vector<Option> options;
    for (const figure::FigureInfo& info : figure::catalogue())
      options.push_back({std::string(info.name), std::string(info.title)});
    if (const auto chosen = form.combo(
            "Figure", {"Export figure", "Which one; those that are not shown can be exported too"},
            options, draft_.figure))
      draft_.figure = *chosen;
  }
  if (!scene_.snapshot->other) return;
  const bool one = !all && (figure::is_overlaid(draft_.figure) || draft_.figure == "dashboard");
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

}  // namespace backflow::ui
