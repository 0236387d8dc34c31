#include "tests/ui/ui_driver.h"

#include <cmath>
#include <utility>

#include <gtest/gtest.h>

#include "app/session/analysis.h"

namespace backflow::ui {

UiDriver::UiDriver(const config::Config& config, int width, int height, double scale,
                   const Settings& settings, bool offer_tour, exporting::Exporter* exporter,
                   session::Documents* documents, DesktopDialogs* dialogs)
    : networks_(config), scale_(scale), text_size_(settings.text_size) {
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.DisplaySize = ImVec2(static_cast<float>(width), static_cast<float>(height));
  io.DeltaTime = 1.0f / 60.0f;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  init_keys_without_backend();
  ui_ = std::make_unique<AppUi>(
      UiServices{[this](session::Command command) { networks_.execute(command); }, nullptr,
                 settings, offer_tour, exporter, "/tmp/figures", documents, dialogs});
  ui_->set_scale(scale * ui_->text_size());
  unsigned char* pixels = nullptr;
  int atlas_width = 0, atlas_height = 0;
  io.Fonts->GetTexDataAsAlpha8(&pixels, &atlas_width, &atlas_height);
  send_mouse_position(-100.0f, -100.0f);
  frames(3);
}

UiDriver::~UiDriver() {
  ui_.reset();
  ImGui::DestroyContext();
}

void UiDriver::analyse(const session::Session& session,
                       std::shared_ptr<const session::Analysis>& analysis,
                       session::AnalysisOptions& analysed) const {
  if (holds_analysis_) return;
  const session::AnalysisOptions& options = session.analysis_options();
  if (analysis && analysis->record == session.record() && analysed == options) return;
  analysis = coarse_ ? session::analyse_coarsely(session.record(), options) : nullptr;
  if (!analysis) analysis = session::analyse(session.record(), options);
  analysed = options;
}

void UiDriver::change_analysis(const std::function<void(session::Analysis&)>& change) {
  auto changed = std::make_shared<session::Analysis>(*analysis_);
  change(*changed);
  analysis_ = std::move(changed);
  hold_analysis(true);
}

void UiDriver::publish() {
  if (networks_.wants_to_iterate()) networks_.iterate();
  networks_.refresh();
  analyse(networks_.a(), analysis_, analysed_);
  if (networks_.b() != nullptr) analyse(*networks_.b(), analysis_b_, analysed_b_);
  session::Comparison::Known known;
  known.revision = ++revision_;
  known.analysis_a = analysis_;
  known.analysis_b = analysis_b_;
  snapshot_ = std::make_shared<const session::Snapshot>(networks_.snapshot(known));
  seen_.push_back(snapshot_);
  while (seen_.size() > delay_ + 1) seen_.pop_front();
}

void UiDriver::frames(int count) {
  for (int i = 0; i < count; ++i) {
    publish();
    adapt_text_size();
    ImGui::NewFrame();
    ui_->frame(*seen_.front());
    ImGui::Render();
    send_mouse_wheel(0.0f);
  }
}

void UiDriver::wait(double seconds) {
  constexpr float kFrame = 0.25f;
  const float usual = std::exchange(ImGui::GetIO().DeltaTime, kFrame);
  frames(static_cast<int>(std::ceil(seconds / kFrame)));
  ImGui::GetIO().DeltaTime = usual;
}

// As the window's loop does.
void UiDriver::adapt_text_size() {
  if (ui_->text_size() == text_size_) return;
  text_size_ = ui_->text_size();
  ui_->set_scale(scale_ * text_size_);
  unsigned char* pixels = nullptr;
  int width = 0, height = 0;
  ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
}

WidgetInfo UiDriver::widget(const std::string& label) const {
  const WidgetInfo* found = ui_->registry().find(label);
  EXPECT_NE(found, nullptr) << "no widget " << label;
  return found != nullptr ? *found : WidgetInfo{};
}

const figure::Figure& UiDriver::figure(const std::string& name) const {
  const figure::Figure* found = ui_->figure(name);
  EXPECT_NE(found, nullptr) << "no figure " << name;
  static const figure::Figure kNone;
  return found != nullptr ? *found : kNone;
}

std::string UiDriver::text_of(const std::string& name) const {
  std::string text;
  for (const figure::Group& group : figure(name).groups)
    for (const figure::Mark& mark : group.marks)
      if (const auto* line = std::get_if<figure::TextMark>(&mark)) text += line->markup + '\n';
  return text;
}

bool UiDriver::reach(const std::string& label) {
  if (ui_->registry().find(label) != nullptr) return true;
  // In the scrolled part of the controls, below or above what is in sight.
  hover(figure::Point{150.0, ImGui::GetIO().DisplaySize.y * 0.9});
  wheel(1000.0);
  for (int page = 0; page < 30; ++page) {
    if (ui_->registry().find(label) != nullptr) return true;
    wheel(-1.0);
  }
  return false;
}

void UiDriver::open_group(const std::string& title) {
  EXPECT_TRUE(reach("Group " + title)) << title;
  click("Group " + title);
}

void UiDriver::hover(figure::Point pixel) {
  send_mouse_position(static_cast<float>(pixel.x), static_cast<float>(pixel.y));
  frames(2);
}

void UiDriver::hover(const std::string& label, double x_share, double y_share) {
  const figure::Rect r = widget(label).rect;
  hover(figure::Point{r.x + r.width * x_share, r.y + r.height * y_share});
}

void UiDriver::click(const std::string& label) {
  const figure::Rect r = widget(label).rect;
  click_at({r.x + r.width * 0.5, r.y + r.height * 0.5});
}

void UiDriver::click_at(figure::Point pixel) {
  hover(pixel);
  send_mouse_button(true);
  frames();
  release();
}

void UiDriver::double_click(const std::string& label) {
  frames(30);  // an earlier click must not count as the first
  click(label);
  send_mouse_button(true);
  frames();
  release();
}

void UiDriver::release() {
  send_mouse_button(false);
  frames(2);
}

void UiDriver::begin_drag(const std::string& label, double from, double to) {
  hover(label, from);
  const figure::Rect r = widget(label).rect;
  send_mouse_button(true);
  frames();
  constexpr int kMoves = 8;
  for (int i = 1; i <= kMoves; ++i) {
    const double share = from + (to - from) * i / kMoves;
    send_mouse_position(static_cast<float>(r.x + r.width * share),
                        static_cast<float>(r.y + r.height / 2.0));
    frames();
  }
  frames();
}

void UiDriver::drag(const std::string& label, double from, double to) {
  drag(label, from, to, [] {});
}

void UiDriver::move_by(const std::string& label, double dx, double dy) {
  hover(label);
  const figure::Rect r = widget(label).rect;
  const figure::Point start{r.x + r.width / 2.0, r.y + r.height / 2.0};
  send_mouse_button(true);
  frames();
  for (int i = 1; i <= 4; ++i) {
    send_mouse_position(static_cast<float>(start.x + dx * i / 4.0),
                        static_cast<float>(start.y + dy * i / 4.0));
    frames();
  }
  release();
}

void UiDriver::choose(const std::string& label, const std::string& value) {
  if (ui_->registry().find(label + "=" + value) == nullptr) click(label);
  frames(2);
  click(label + "=" + value);
}

void UiDriver::type_value(const std::string& label, const std::string& text) {
  double_click(label);
  frames(3);
  for (const char c : text) ImGui::GetIO().AddInputCharacter(static_cast<unsigned>(c));
  frames(2);
  press(Key::enter);
}

void UiDriver::wheel(double steps) {
  send_mouse_wheel(static_cast<float>(steps));
  frames(2);
}

void UiDriver::press(Key key) {
  send_key(key, true);
  frames();
  send_key(key, false);
  frames();
}

void UiDriver::type(const std::string& text) {
  for (const char c : text) ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(c));
  frames(2);
}

void UiDriver::press_with_control(Key key) {
  send_control_modifier(true);
  press(key);
  send_control_modifier(false);
  frames();
}

}  // namespace backflow::ui
