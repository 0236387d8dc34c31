#include "app/ui/app_ui.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/ui/card_layout.h"
#include "app/ui/compare_view.h"
#include "app/ui/controls_panel.h"
#include "app/ui/divergence_banner.h"
#include "app/ui/export_dialog.h"
#include "app/ui/export_line.h"
#include "app/ui/files.h"
#include "app/ui/help_overlay.h"
#include "app/ui/hover_help.h"
#include "app/ui/imgui_compat.h"
#include "app/ui/keyboard_focus.h"
#include "app/ui/lesson_stage.h"
#include "app/ui/map_panel.h"
#include "app/ui/notice.h"
#include "app/ui/panels.h"
#include "app/ui/settings_json.h"
#include "app/ui/status_bar.h"
#include "app/ui/theme.h"
#include "app/ui/timeline_bar.h"
#include "app/ui/tour.h"
#include "app/ui/transport_bar.h"
#include "app/ui/verify_page.h"
#include "app/ui/walk.h"

namespace backflow::ui {
namespace {

constexpr double kGap = 7.0;  // around everything, in units
constexpr double kTransport = 30.0, kStatus = 24.0;
constexpr double kTextStep = 1.1;  // of the text size, with one press of a key

}  // namespace

class AppUi::Impl {
public:
  explicit Impl(UiServices services)
      : settings_(services.settings),
        files_({services.documents, services.dialogs, services.directory,
                [this] { return layout_to_json(layout()); },
                [this](const std::string& json) { take_opened_layout(json); },
                [this] { lesson_.leave(); },
                [this](const std::string& prefix) {
                  send(session::SetKey{"model.prefix", prefix});
                },
                [this](const std::string& lesson) { lesson_.open(lesson); }},
               settings_.desktop_dialogs) {
    ui_.theme = settings_.theme;
    ui_.norm_colors = settings_.colors;
    panels_.restore(settings_);
    if (services.offer_tour && !settings_.toured) tour_.start();
    services_.textures = services.textures;
    exporter_ = services.exporter;
    directory_ =
        settings_.export_directory.empty() ? services.directory : settings_.export_directory;
    services_.send = [this, send = std::move(services.send)](session::Command command) {
      stamp_gesture(command);
      send(std::move(command));
    };
  }

  void set_scale(double scale) {
    ui_.scale = scale;
    if (const std::string message = ui_.fonts.load(scale); !message.empty()) notice_.show(message);
    apply_theme(ui_.theme, scale);
  }

  void frame(const session::Snapshot& snapshot) {
    move_focus(ui_);
    // Before it is forgotten where things were.
    keep_pointed_at();
    ui_.registry.clear();
    ui_.hover.label.clear();
    ui_.hover.text.clear();
    ui_.tooltip.clear();
    if (exporter_ != nullptr) exports_ = exporter_->status();
    files_.begin_frame(ImGui::GetIO().DeltaTime,
                       help_open_ || tour_.is_on() || export_.is_open() ||
                           lesson_.list().is_open() || verify_.is_open(),
                       snapshot.config.model.file, snapshot.other != nullptr);
    follow_lesson(snapshot);
    if (const auto at = std::exchange(walk_from_, std::nullopt))
      walk_.begin_at(at->position, snapshot, services_.send);
    // What one drag, or one click, sets off is undone in one step.
    if (ImGui::IsMouseClicked(0) || !ImGui::IsMouseDown(0)) ++ui_.gesture;
    handle_keys(snapshot);
    walk_.advance(snapshot, ImGui::GetIO().DeltaTime, services_.send);
    state_.view.playhead = walk_.playhead();
    state_.view.pulse = walk_.pulse();
    state_.wanted.walk = walk_.on();
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const Rect window{0.0, 0.0, size.x, size.y};
    ImGui::SetNextWindowPos(ImVec2(0.0f, 0.0f));
    ImGui::SetNextWindowSize(size);
    ImGui::Begin("Backflow", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                     ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse);
    ui_.focus.behind = is_covered();
    draw_contents(snapshot, inset(window, ui_.px(kGap)));
    if (!is_covered()) lesson_.draw_highlight(ui_);
    ui_.focus.behind = false;
    ImGui::End();
    if (const auto asked = std::exchange(ui_.export_asked, std::nullopt))
      open_export(snapshot, *asked);
    if (files_.take_export_asked()) open_export(snapshot, {"dashboard", Side::none});
    draw_pages(window);
    shown_tooltip_ = draw_hover_help(ui_);
  }

  Settings settings() const {
    Settings settings = settings_;
    settings.colors = ui_.norm_colors;
    settings.desktop_dialogs = files_.desktop_dialogs();
    panels_.store(settings);
    if (lesson_.before()) settings.tabs = lesson_.before()->tabs;
    if (!export_.directory_used().empty()) settings.export_directory = export_.directory_used();
    return settings;
  }

  UiContext ui_;
  PanelServices services_;
  Settings settings_;
  ViewState state_;
  Panels panels_{state_};
  CardLayout layout_;
  Walk walk_;
  LessonStage lesson_{{panels_, layout_, state_, walk_, [this] { return settings(); }}};
  CompareView compare_{state_};
  std::string status_, shown_tooltip_;
  ExportDialog export_;
  ExportLine export_line_;
  Files files_;
  VerifyPage verify_;
  double frame_ms_ = 0.0;

  bool needs_redraw() const {
    const bool about_to_help = !ui_.hover.resting_on.empty() && ui_.hover.rested < kHelpDelay + 0.1;
    return about_to_help || walk_.moving() || state_.is_folding() || notice_.is_on() ||
           ui_.edit.starting > 0 || export_line_.fades() || files_.needs_redraw() ||
           (exporter_ != nullptr && exporter_->status().revision != exports_.revision) ||
           ImGui::GetIO().WantTextInput || state_.cursor_moved() || lesson_.mode().is_reading() ||
           verify_.is_running();
  }

private:
  void send(const session::Command& command) { services_.send(command); }

  void stamp_gesture(session::Command& command) const {
    if (auto* b = std::get_if<session::OnB>(&command)) {
      session::Command inner = b->command->command;
      stamp_gesture(inner);
      command = session::on_b(std::move(inner));
    }
    if (auto* key = std::get_if<session::SetKey>(&command)) key->gesture = ui_.gesture;
    if (auto* weights = std::get_if<session::SetRecurrentWeights>(&command))
      weights->gesture = ui_.gesture;
  }

  void toggle_theme() {
    ui_.theme = ui_.theme == figure::Theme::dark ? figure::Theme::light : figure::Theme::dark;
    settings_.theme = ui_.theme;
    apply_theme(ui_.theme, ui_.scale);
  }

  // A page lies over all that is drawn otherwise, which is out of reach then.
  bool is_covered() const {
    return help_open_ || tour_.is_on() || export_.is_open() || files_.is_open() ||
           lesson_.list().is_open() || verify_.is_open();
  }

  // Not while something is typed, or with Ctrl.
  static bool takes_keys() { return !ImGui::GetIO().WantTextInput && !ImGui::GetIO().KeyCtrl; }

  // 100 % is met on the way.
  void set_text_size(double size) {
    if (std::abs(size - 1.0) < 0.03) size = 1.0;
    settings_.text_size = std::clamp(size, kLeastTextSize, kMostTextSize);
  }

  // Of a page over the window, or of the menu; false where there is neither.
  bool handle_page_keys() {
    if (!files_.is_open() && (tour_.is_on() || files_.menu_is_open())) return true;
    const bool list = lesson_.list().is_open();
    if (!files_.is_open() && !export_.is_open() && !verify_.is_open() && !list) return false;
    if (!takes_keys()) return true;
    if (key_pressed(Key::escape)) close_one();
    if (list && key_pressed(Key::f2)) lesson_.list().close();
    return true;
  }

  void handle_keys(const session::Snapshot& snapshot) {
    if (ImGui::GetIO().KeyCtrl && key_pressed(Key::q)) files_.ask_to_quit();
    if (handle_page_keys()) return;
    if (!help_open_) files_.take_keys();
    if (ImGui::GetIO().KeyCtrl && !ImGui::GetIO().WantTextInput && !help_open_ &&
        key_pressed(Key::e))
      ui_.export_asked = pointed_at_;
    if (!help_open_) timeline_.take_keys(snapshot, services_.send, !ui_.focus.uses_arrows);
    if (!takes_keys()) return;
    // "=" is where "+" is on many keyboards.
    if (typed('+') || typed('=')) set_text_size(settings_.text_size * kTextStep);
    if (typed('-')) set_text_size(settings_.text_size / kTextStep);
    if (key_pressed(Key::f1)) help_open_ = !help_open_;
    if (key_pressed(Key::escape)) close_one();
    if (key_pressed(Key::t)) toggle_theme();
    if (key_pressed(Key::k)) ui_.norm_colors = next_colors(ui_.norm_colors);
    if (help_open_) return;
    if (key_pressed(Key::f2)) lesson_.list().toggle();
    lesson_.take_keys();
    panels_.take_keys();
    compare_.take_keys(snapshot, services_.send);
    if (key_pressed(Key::space)) {
      if (snapshot.running || snapshot.preparing_until)
        send(session::Pause{});
      else
        send(session::Run{});
    }
    handle_steps(snapshot);
    if (key_pressed(Key::r)) send(session::Reset{});
  }

  // Escape closes one thing at a time, the foremost first. An open list closes by itself.
  void close_one() {
    if (ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup)) return;
    if (files_.is_open())
      files_.close_one();
    else if (export_.is_open())
      export_.close_one();
    else if (verify_.is_open())
      verify_.close();
    else if (lesson_.list().is_open())
      lesson_.list().close();
    else if (help_open_)
      help_open_ = false;
    else if (leave_focus(ui_) || layout_.close_enlarged())
      return;
    else if (walk_.on())
      walk_.end();
    else
      panels_.release_pin();
  }

  // The arrows step over iterations, or through the phases of one while a walk is on.
  void handle_steps(const session::Snapshot& snapshot) {
    const bool arrows = !ImGui::GetIO().KeyShift && !ui_.focus.uses_arrows;
    const bool right = arrows && key_pressed(Key::right_arrow, true);
    const bool left = arrows && key_pressed(Key::left_arrow, true);
    if (key_pressed(Key::period, true) || (right && walk_.on()))
      walk_.next(snapshot, services_.send);
    else if (right)
      send(session::StepOnce{});
    if (key_pressed(Key::comma, true) || (left && walk_.on()))
      walk_.previous(snapshot, services_.send);
    else if (left)
      step_back(snapshot, services_.send);
    if (key_pressed(Key::p)) walk_.toggle_play(snapshot, services_.send);
  }

  void follow_lesson(const session::Snapshot& snapshot) {
    const std::string error = lesson_.advance(
        snapshot, services_.send,
        [this](model::Index position) { walk_from_ = figure::Playhead{position}; },
        [this] { return files_.is_clear_for_lesson(); });
    if (!error.empty()) notice_.show(error);
  }

  void take_help_answer(HelpAnswer answer) {
    if (answer == HelpAnswer::stay) return;
    help_open_ = false;
    if (answer == HelpAnswer::tour) tour_.start();
    if (answer == HelpAnswer::verify) verify_.open();
  }

  void draw_contents(const session::Snapshot& snapshot, const Rect& all) {
    ui_.shown.clear();
    const double transport = ui_.px(kTransport), status = ui_.px(kStatus);
    draw_transport_bar(
        ui_, {all.x, all.y, all.width, transport}, snapshot, walk_,
        {services_.send, [this] { toggle_theme(); }, [this] { help_open_ = !help_open_; },
         [this] { lesson_.list().toggle(); }, file_menu()});
    notice_.follow(snapshot);
    if (const auto answer = controls_.take_answer()) notice_.show(*answer);
    const std::string message = notice_.advance(ImGui::GetIO().DeltaTime);
    Rect line_below{all.x, all.bottom() - status + ui_.px(3.0), all.width, status};
    if (exporter_ != nullptr)
      line_below =
          export_line_.draw(ui_, line_below, *exporter_, exports_, ImGui::GetIO().DeltaTime);
    line_below = files_.draw_line(ui_, line_below, ImGui::GetIO().DeltaTime);
    draw_status_bar(ui_, line_below, snapshot, frame_ms_, message);
    status_ = message.empty() ? status_text(snapshot, frame_ms_) : message;
    const Rect line{all.x, all.y + transport + ui_.px(4.0), all.width,
                    ui_.px(TimelineBar::kHeight)};
    timeline_.draw(ui_, line, snapshot, services_.send);
    const double top = line.bottom() + ui_.px(4.0);
    Rect body{all.x, top, all.width, all.bottom() - status - ui_.px(2.0) - top};
    if (snapshot.other) {
      const double bar = ui_.px(kCompareBar), step = bar + ui_.px(4.0);
      compare_.draw_bar(ui_, {body.x, body.y, body.width, bar}, snapshot, services_.send);
      body.y += step;
      body.height -= step;
    }
    draw_columns(snapshot, body);
  }

  // What lies over the window; the foremost alone, so that no key reaches another.
  void draw_pages(const Rect& window) {
    if (files_.is_open()) return files_.draw_page(ui_, window);
    if (exporter_ != nullptr) export_.draw(ui_, window, *exporter_, exports_, services_.textures);
    if (help_open_) take_help_answer(draw_help_overlay(ui_, window));
    if (const auto chosen = lesson_.list().draw(ui_, window)) files_.begin_lesson(*chosen);
    verify_.draw(ui_, window);
    if (tour_.draw(ui_, window)) settings_.toured = true;
  }

  std::function<void(const Rect&)> file_menu() {
    if (!files_.there_are()) return {};
    return [this](const Rect& rect) { files_.draw_menu(ui_, rect, exporter_ != nullptr); };
  }

  Layout layout() const { return {settings(), state_.view, state_.wants_folded}; }

  void take_opened_layout(const std::string& json) {
    Layout opened = layout();
    take_layout(json, opened);
    settings_ = opened.settings;
    ui_.norm_colors = settings_.colors;
    walk_from_ = std::exchange(opened.view.playhead, std::nullopt);
    if (!walk_from_) walk_.end();
    state_.view = opened.view;
    panels_.restore(settings_);  // with the axes, which are in the view
    state_.wants_folded = opened.folded;
  }

  // What has the keyboard, else what is under the mouse, else all of it: as of the last frame.
  void keep_pointed_at() {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    figure::Point at{mouse.x, mouse.y};
    if (const WidgetInfo* focused = ui_.registry.find(ui_.focus.label))
      at = {focused->rect.x + focused->rect.width / 2.0,
            focused->rect.y + focused->rect.height / 2.0};
    pointed_at_ = {"dashboard", Side::none};
    for (const ShownFigure& shown : ui_.shown)
      if (shown.card.contains(at)) pointed_at_ = {shown.name, shown.side};
  }

  void open_export(const session::Snapshot& snapshot, const FigureChoice& figure) {
    if (exporter_ == nullptr) return;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    export_.open(scene_of(snapshot, state_.view, ui_.shown,
                          {size.x / ui_.scale, size.y / ui_.scale}, ui_.norm_colors),
                 figure, directory_, *exporter_);
  }

  void draw_columns(const session::Snapshot& snapshot, Rect body) {
    body = lesson_.draw_beside(ui_, snapshot, body);
    double* const lesson_width = lesson_.column_width();
    const bool two = snapshot.other != nullptr;
    const double banner = two                   ? CompareView::banner_height(snapshot)
                          : snapshot.divergence ? kBannerHeight
                                                : 0.0;
    if (lesson_width != nullptr) std::swap(settings_.controls_width, *lesson_width);
    const CardRects rects =
        layout_.divide(ui_, body, ui_.px(banner), settings_,
                       two ? std::optional(panels_.two_networks()) : std::nullopt);
    if (lesson_width != nullptr) std::swap(settings_.controls_width, *lesson_width);
    if (rects.controls.width > 0.0) {
      draw_card(ui_, rects.controls);
      const Rect controls = lesson_.draw_instead(ui_, snapshot, rects.controls);
      if (controls.width > 0.0)
        controls_.draw(ui_, controls, compare_.edited(snapshot),
                       compare_.sender(snapshot, services_.send));
    }
    state_.begin_frame(snapshot, ImGui::GetIO().DeltaTime);
    if (two) {
      compare_.draw(ui_, rects, snapshot, services_, panels_);
    } else {
      if (rects.banner.width > 0.0)
        draw_divergence_banner(ui_, rects.banner, snapshot, services_.send);
      panels_.draw(ui_, rects, snapshot, services_);
    }
    state_.end_frame(services_);
    layout_.take_input(ui_, rects, takes_keys() && !is_covered());
  }

  exporting::Exporter* exporter_ = nullptr;
  exporting::ExportStatus exports_;  // as of this frame
  std::string directory_;
  FigureChoice pointed_at_;
  std::optional<figure::Playhead> walk_from_;  // where the walk of an opened session stood
  ControlsPanel controls_;
  Notice notice_;
  TimelineBar timeline_;
  Tour tour_;
  bool help_open_ = false;
};

AppUi::AppUi(UiServices services) : impl_(std::make_unique<Impl>(std::move(services))) {}
AppUi::~AppUi() = default;
void AppUi::set_scale(double scale) { impl_->set_scale(scale); }
void AppUi::frame(const session::Snapshot& snapshot) { impl_->frame(snapshot); }
void AppUi::set_frame_time(double milliseconds) { impl_->frame_ms_ = milliseconds; }
bool AppUi::wants_quit() const { return impl_->files_.quits(); }
void AppUi::ask_to_quit() { impl_->files_.ask_to_quit(); }
void AppUi::open_dropped(std::vector<std::string> paths) {
  impl_->files_.open_dropped(std::move(paths));
}
void AppUi::open_lesson(const std::string& name_or_path) { impl_->lesson_.open(name_or_path); }
const LessonMode& AppUi::lesson() const { return impl_->lesson_.mode(); }
const figure::View& AppUi::view() const { return impl_->state_.view; }
std::string AppUi::title() const { return impl_->files_.title(); }
bool AppUi::waits_for_desktop() const { return impl_->files_.waits_for_desktop(); }
const Files& AppUi::files() const { return impl_->files_; }
bool AppUi::needs_redraw() const { return impl_->needs_redraw(); }
double AppUi::text_size() const { return impl_->settings_.text_size; }
Settings AppUi::settings() const { return impl_->settings(); }
figure::Theme AppUi::theme() const { return impl_->ui_.theme; }
const WidgetRegistry& AppUi::registry() const { return impl_->ui_.registry; }
const figure::Figure* AppUi::figure(std::string_view name) const {
  if (name.starts_with("B ")) return impl_->compare_.figure(name.substr(2));
  return impl_->panels_.figure(name);
}
std::string AppUi::tooltip() const { return impl_->shown_tooltip_; }
std::string AppUi::focused() const { return impl_->ui_.focus.label; }
std::string AppUi::status() const { return impl_->status_; }
std::string AppUi::export_text() const { return impl_->export_line_.text(); }
const ExportDialog& AppUi::export_dialog() const { return impl_->export_; }

}  // namespace backflow::ui
