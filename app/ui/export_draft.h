// What a person chose to export, and the request that follows from it. No window in it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/export/request.h"
#include "app/ui/ui_context.h"

namespace backflow::ui {

/// The window at one moment: what leaves is what was seen then, whatever happens meanwhile.
struct ExportScene {
  /// A's, or of the one network; B's is Snapshot::other.
  std::shared_ptr<const session::Snapshot> snapshot;
  figure::View view;
  std::vector<ShownFigure> shown;
  figure::Size window;  ///< units
  figure::Colormap colors = figure::Colormap::diverging;
};

/// The scene of a frame: what only follows the mouse is left out.
ExportScene scene_of(const session::Snapshot& snapshot, figure::View view,
                     const std::vector<ShownFigure>& shown, figure::Size window,
                     figure::Colormap colors);

struct ExportDraft {
  enum class What { figure, all, animation };
  /// Of pictures made of pixels.
  struct Resolution {
    bool by_width = false;
    double dpi = 192.0;
    int pixels = 1920;  ///< across

    bool operator==(const Resolution&) const = default;
  };

  What what = What::figure;
  std::string figure = "dashboard";
  Side side = Side::none;
  std::array<bool, std::size(exporting::kAllFormats)> formats{true};
  std::string size = "screen";  ///< or the name of a preset
  Resolution still{}, moving{false, 96.0, 960};
  figure::Theme theme = figure::Theme::light;
  bool title = true, caption = false, transparent = false;
  exporting::Moving motion = exporting::Moving::walk;
  std::int64_t iterations = 100, pictures = 100;
  double per_second = 10.0;
  std::string ending = ".gif";
  std::string directory;
  std::optional<std::string> typed_name;  ///< instead of own_name()

  const figure::FigureInfo& info() const { return *figure::find_figure(figure); }
  bool is_animation() const { return what == What::animation; }
  Resolution& resolution() { return is_animation() ? moving : still; }
  const Resolution& resolution() const { return is_animation() ? moving : still; }
  /// Some file is to be a picture: looks apply.
  bool has_pictures() const;
  /// Some is to be made of pixels.
  bool has_pixels() const;
  std::vector<exporting::Format> chosen_formats() const;

  bool operator==(const ExportDraft&) const = default;
};

/// "jacobian-norms-iteration-1200", by what is exported.
std::string own_name(const ExportDraft& draft, const ExportScene& scene);
std::string name_of(const ExportDraft& draft, const ExportScene& scene);
/// Without an ending of a file that can be exported, which the formats give.
std::string without_ending(const std::string& name);

/// On the screen, or its own where it is not shown.
figure::Size size_on_screen(const ExportScene& scene, std::string_view figure, Side side);
bool is_on_screen(const ExportScene& scene, std::string_view figure, Side side);

/// The figure that is chosen, as it will be written; `program` is name and version.
exporting::Subject subject_of(const ExportDraft& draft, const ExportScene& scene,
                              const std::string& program);
/// Every figure.
std::vector<exporting::Subject> all_subjects(const ExportDraft& draft, const ExportScene& scene,
                                             const std::string& program);
exporting::FilesRequest files_request(const ExportDraft& draft, const ExportScene& scene,
                                      const std::string& program);
exporting::AnimationRequest animation_request(const ExportDraft& draft, const ExportScene& scene,
                                              const std::string& program);

/// What is wrong with the choices themselves: one sentence, or empty.
std::string check_draft(const ExportDraft& draft);

/// The figure moves in that way: a walk is for those of the network, and what was trained so far
/// needs a training.
bool can_show(const ExportDraft& draft, const ExportScene& scene, exporting::Moving motion);

/// How many pictures an animation has, if all goes well.
std::int64_t picture_count(const ExportDraft& draft, const ExportScene& scene);

}  // namespace backflow::ui
