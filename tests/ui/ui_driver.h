// The whole window without a window: an ImGui context with no back end, the user interface, and a
// real session that carries out what it sends. Widgets are found by their label and used with the
// mouse and the keyboard as a person would.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "app/session/comparison.h"
#include "app/ui/app_ui.h"
#include "app/ui/imgui_compat.h"

namespace backflow::ui {

class UiDriver {
public:
  explicit UiDriver(const config::Config& config = {}, int width = 1280, int height = 800,
                    double scale = 1.0, const Settings& settings = {}, bool offer_tour = false,
                    exporting::Exporter* exporter = nullptr,
                    session::Documents* documents = nullptr, DesktopDialogs* dialogs = nullptr);
  ~UiDriver();
  UiDriver(const UiDriver&) = delete;
  UiDriver& operator=(const UiDriver&) = delete;

  /// Draws that many frames; before each the session does one iteration if it is to.
  void frames(int count = 1);
  /// Frames of a quarter of a second each until that long has passed.
  void wait(double seconds);

  // All of these fail the test when there is no such widget in sight.
  void click(const std::string& label);
  void click_at(figure::Point pixel);
  void double_click(const std::string& label);
  /// Presses at `from` of the widget's width, moves to `to` in some steps, releases.
  void drag(const std::string& label, double from, double to);
  /// The same, but calls `during` before the button is released.
  template <class During>
  void drag(const std::string& label, double from, double to, During during) {
    begin_drag(label, from, to);
    during();
    release();
  }
  void move_by(const std::string& label, double dx, double dy);  ///< drags it by pixels
  /// Opens the combo and takes the option of that value.
  void choose(const std::string& label, const std::string& value);
  void type_value(const std::string& label, const std::string& text);
  void hover(figure::Point pixel);
  void hover(const std::string& label, double x_share = 0.5, double y_share = 0.5);
  void wheel(double steps);
  void press(Key key);
  void press_with_control(Key key);
  void type(const std::string& text);  ///< characters, as the keyboard's layout makes them

  /// Scrolls the controls until the widget is in sight; false when it is not there at all.
  bool reach(const std::string& label);
  /// Opens a group of controls, or closes it.
  void open_group(const std::string& title);
  /// From now on the map is the coarse one, where there is one.
  void keep_coarse() { coarse_ = true, analysis_ = nullptr; }
  /// From now on the window sees every snapshot that many frames late.
  void delay(std::size_t frames) { delay_ = frames; }
  /// From now on the analyses stay what they are, or are computed again.
  void hold_analysis(bool hold) { holds_analysis_ = hold; }
  /// From now on the window sees the present analysis with a change, and no other.
  void change_analysis(const std::function<void(session::Analysis&)>& change);

  /// The latest one, seen by the window or not.
  const session::Snapshot& snapshot() const { return *snapshot_; }
  session::Comparison& session() { return networks_; }
  AppUi& ui() { return *ui_; }
  /// The widget of that label; fails the test when there is none.
  WidgetInfo widget(const std::string& label) const;
  const figure::Figure& figure(const std::string& name) const;
  /// All text of the figure, line by line.
  std::string text_of(const std::string& name) const;

private:
  void begin_drag(const std::string& label, double from, double to);
  void release();
  void publish();
  void analyse(const session::Session& session, std::shared_ptr<const session::Analysis>& analysis,
               session::AnalysisOptions& analysed) const;
  void adapt_text_size();

  session::Comparison networks_;
  std::shared_ptr<const session::Snapshot> snapshot_;
  std::shared_ptr<const session::Analysis> analysis_, analysis_b_;
  session::AnalysisOptions analysed_, analysed_b_;
  bool coarse_ = false, holds_analysis_ = false;
  std::size_t delay_ = 0;
  std::deque<std::shared_ptr<const session::Snapshot>> seen_;  // and the ones still to be
  std::uint64_t revision_ = 0;
  double scale_, text_size_;
  std::unique_ptr<AppUi> ui_;
};

}  // namespace backflow::ui
