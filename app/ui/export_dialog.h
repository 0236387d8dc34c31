// The card over the window in which a figure, all figures or an animation are exported: what, how
// it is to look, where it goes, and how it will look.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "app/ui/export_draft.h"
#include "app/ui/export_preview.h"
#include "app/ui/widgets.h"

namespace backflow::ui {

class ExportDialog {
public:
  /// `directory` is where it goes unless another one was chosen before.
  void open(ExportScene scene, const FigureChoice& figure, const std::string& directory,
            exporting::Exporter& exporter);
  bool is_open() const { return open_; }
  /// Escape: takes back the question that is asked, or closes.
  void close_one();

  /// Over the whole window; call last in a frame.
  void draw(UiContext& ui, const Rect& window, exporting::Exporter& exporter,
            const exporting::ExportStatus& status, HeatmapTextures* textures);

  /// Where something was exported to last; empty when nothing was.
  const std::string& directory_used() const { return directory_used_; }
  const ExportDraft& draft() const { return draft_; }
  /// The figure as it will be written, as last drawn.
  const figure::Figure& preview() const { return preview_.figure(); }
  /// What is wrong or asked, as last drawn; empty when all is well.
  const std::string& sentence() const { return sentence_; }

private:
  class Form;

  void draw_form(UiContext& ui, const Rect& rect);
  void draw_what(Form& form);
  void draw_motion(Form& form);
  void draw_formats(Form& form);
  void draw_looks(Form& form);
  void draw_resolution(Form& form);
  void draw_place(Form& form);
  void draw_preview(UiContext& ui, const Rect& rect, HeatmapTextures* textures);
  void draw_buttons(UiContext& ui, const Rect& row, exporting::Exporter& exporter);
  void draw_question(UiContext& ui, const Rect& row, exporting::Exporter& exporter);
  void ask(exporting::Exporter& exporter);
  void take_answer(const exporting::ExportStatus& status);
  void begin(exporting::Exporter& exporter, bool overwrite);
  exporting::Subject subject() const;

  bool open_ = false;
  ExportScene scene_;
  ExportDraft draft_;
  ExportPreview preview_;
  std::string program_, directory_used_, sentence_;
  std::string examined_;  // the directory last asked about
  exporting::ExportStatus status_;
  // What the figure shows and the scene does not have, once it has come.
  const figure::FigureInfo* completed_for_ = nullptr;
  std::shared_ptr<const session::Snapshot> incomplete_, completed_;
  std::uint64_t request_ = 0;            // that waits for an answer; 0: none does
  ExportDraft sent_;                     // what was asked for then
  std::string refusal_;                  // the last one's, until something is changed
  std::optional<std::string> question_;  // what there is already
};

}  // namespace backflow::ui
