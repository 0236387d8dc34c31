// Rows of a label and a control, one below the other, that scroll where there is no room.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/ui/export_dialog.h"

namespace backflow::ui {

class ExportDialog::Form {
public:
  struct Words {
    std::string label, help;
  };
  struct Switch {
    std::string label, title, help;
    bool on = false, enabled = true;
  };

  /// In the child window that has just begun.
  Form(UiContext& ui, const Rect& rect);
  /// Tells how far the rows reach.
  void end();

  UiContext& ui() { return ui_; }

  std::optional<std::string> combo(const char* title, const Words& words,
                                   const std::vector<Option>& options, const std::string& current,
                                   bool enabled = true);
  std::optional<std::string> segmented(const char* title, const Words& words,
                                       const std::vector<Option>& options,
                                       const std::string& current, bool enabled = true);
  /// The number that was set, within the range.
  std::optional<double> number(const char* title, const Words& words, const SliderRange& range,
                               double value, const std::string& text, bool enabled = true);
  std::optional<double> number_in(const Widget& widget, const SliderRange& range, double value,
                                  const std::string& text);
  /// Which one was pressed.
  std::optional<std::size_t> switches(const char* title, const std::vector<Switch>& list);
  /// `behind` stands after the field.
  std::optional<std::string> text(const char* title, const Words& words, const std::string& value,
                                  const std::string& when_empty, const std::string& behind = {});
  /// A row for two controls.
  std::pair<Rect, Rect> halves(const char* title);

private:
  Rect row(const char* title);

  UiContext& ui_;
  Rect rect_;
  double y_, step_;
};

}  // namespace backflow::ui
