#include "app/cli/run_window.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <future>
#include <iostream>
#include <map>
#include <memory>

#include <imgui.h>
// Packages differ in where they put the back ends.
#if __has_include(<backends/imgui_impl_glfw.h>)
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#else
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#endif

#include "app/cli/command_line.h"
#include "app/cli/desktop_dialogs.h"
#include "app/cli/screenshot.h"
#include "app/cli/settings_file.h"
#include "app/cli/window_exports.h"
#include "app/figure/style.h"
#include "app/platform/heatmap_renderer.h"
#include "app/platform/pulse_renderer.h"
#include "app/platform/window.h"
#include "app/session/keeper.h"
#include "app/session/state_directory.h"
#include "app/session/worker.h"
#include "app/ui/app_ui.h"
#include "app/ui/imgui_compat.h"
#include "core/config/keys.h"
#include "core/io/atomic_write.h"

namespace backflow::cli {
namespace {

// Heatmaps and pulses drawn by the graphics card.
class ShaderTextures final : public ui::HeatmapTextures {
public:
  ShaderTextures(platform::HeatmapRenderer& renderer, platform::PulseRenderer& pulses)
      : renderer_(renderer), pulses_(pulses) {
    for (const auto& entry : model::EnumNames<figure::Colormap>::kAll)
      for (const figure::Color& color : figure::color_table(entry.value))
        tables_[entry.value].insert(tables_[entry.value].end(),
                                    {color.r, color.g, color.b, color.a});
  }

  ImTextureID texture(std::string_view id, const figure::HeatmapMark& mark, int pixel_width,
                      int pixel_height) override {
    platform::HeatmapInput input;
    input.rows = mark.rows;
    input.cols = mark.cols;
    input.values = *mark.values;
    input.owner = mark.values;
    input.no_cell = figure::kNoCell;
    input.table = tables_.at(mark.scale.map);
    input.low = static_cast<float>(mark.scale.low);
    input.center = static_cast<float>(mark.scale.center);
    input.high = static_cast<float>(mark.scale.high);
    input.below = rgba(mark.scale.below);
    input.above = rgba(mark.scale.above);
    input.zero = rgba(mark.scale.zero);
    input.not_finite = rgba(mark.scale.not_finite);
    input.width = pixel_width;
    input.height = pixel_height;
    return ui::texture_of(renderer_.render(id, input));
  }

  ImTextureID pulse(const figure::PulseMark& mark, int height) override {
    return ui::texture_of(
        pulses_.render({kPulseAspect * height, height, static_cast<float>(height) / 4.0f,
                        rgba(mark.color), rgba(mark.glow)}));
  }

private:
  static platform::Rgba rgba(const figure::Color& c) { return {c.r, c.g, c.b, c.a}; }

  platform::HeatmapRenderer& renderer_;
  platform::PulseRenderer& pulses_;
  std::map<figure::Colormap, std::vector<unsigned char>> tables_;
};

// Dear ImGui with its two back ends, for one window.
class ImGuiSession {
public:
  explicit ImGuiSession(const platform::Window& window) {
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui_ImplGlfw_InitForOpenGL(window.native(), true);
    ImGui_ImplOpenGL3_Init("#version 330 core");
  }
  ~ImGuiSession() {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
  }
  ImGuiSession(const ImGuiSession&) = delete;
  ImGuiSession& operator=(const ImGuiSession&) = delete;
};

// Wakes the window when there is one: the worker begins before it is there.
class Alarm {
public:
  void set(platform::Window& window) { window_ = &window; }
  void ring() {
    if (platform::Window* window = window_) window->wake();
  }

private:
  std::atomic<platform::Window*> window_ = nullptr;
};

// A session knows its files by their contents: none of them may be written over.
std::string names_the_same(const config::Config& config, const std::string& path) {
  std::error_code ignored;
  for (const config::Key& key : config::keys()) {
    const std::string named = key.names_file ? key.get(config) : std::string();
    if (!named.empty() && std::filesystem::equivalent(named, path, ignored))
      return path + " is a file that this session was made from; choose another name";
  }
  return {};
}

// The loop: sleeps until something changed, then draws.
class WindowLoop {
public:
  WindowLoop(platform::Window& window, platform::HeatmapRenderer& renderer,
             platform::PulseRenderer& pulses, std::unique_ptr<session::Worker> worker,
             const Start& start, const WindowOptions& options, const ui::Settings& settings,
             bool offer_tour)
      : window_(window),
        options_(options),
        imgui_(window),
        textures_(renderer, pulses),
        owned_worker_(std::move(worker)),
        worker_(*owned_worker_),
        keeper_(keeper_services(start)),
        exporter_(exporter_services(worker_, [this] { window_.wake(); })),
        ui_({[this](session::Command command) { worker_.send(std::move(command)); }, &textures_,
             settings, offer_tour, &exporter_, working_directory(), &keeper_, &dialogs_}) {
    // Slow enough to watch; the window offers more. A session has its own.
    if (!start.session) worker_.send(session::SetSpeedLimit{10.0});
    if (options.run) worker_.send(session::Run{});
    if (!options.lesson.empty()) ui_.open_lesson(options.lesson);
  }

  // Returns an empty string, or one sentence about the screenshot.
  std::string run() {
    long drawn = 0;
    int follow_up = 0;  // frames still to draw after the last event: hover and focus settle
    std::uint64_t revision = 0;
    while (!ui_.wants_quit() && follow_window()) {
      const bool last = options_.frames > 0 && drawn + 1 >= options_.frames;
      const auto snapshot = worker_.latest();
      if (window_.take_input() || news_.exchange(false)) follow_up = 3;
      const bool changed = snapshot->revision != revision;
      const auto [width, height] = window_.framebuffer_size();
      const bool visible = width > 0 && height > 0;
      const bool due = follow_up > 0 || ui_.needs_redraw() || options_.frames > 0;
      const double pause = seconds_until_next();
      if (!visible || !(due || (changed && pause <= 0.0))) {
        const double most = ui_.waits_for_desktop() ? kDialogSeconds : kIdleSeconds;
        window_.wait_events(changed && visible ? std::min(pause, most) : most);
        continue;
      }
      worker_.seen();
      draw(*snapshot);
      if (last && !options_.screenshot.empty()) {
        const platform::PixelImage image = window_.read_pixels();
        return write_screenshot(options_.screenshot, image.rgba, image.width, image.height);
      }
      window_.swap_buffers();
      window_.poll_events();
      revision = snapshot->revision;
      if (follow_up > 0) --follow_up;
      ++drawn;
      if (last) break;
    }
    return {};
  }

  ui::Settings settings() const { return ui_.settings(); }

private:
  static constexpr double kIdleSeconds = 0.5, kDialogSeconds = 0.05;

  // Files dropped on the window, its title, and its wish to close, before which there may be a
  // question; not where a program counts the frames. False when it is to close.
  bool follow_window() {
    if (auto dropped = window_.take_dropped(); !dropped.empty()) ui_.open_dropped(dropped);
    if (std::string title = ui_.title(); title != title_) {
      window_.set_title(title);
      title_ = std::move(title);
    }
    if (!window_.should_close()) return true;
    if (options_.frames > 0) return false;
    ui_.ask_to_quit();
    if (ui_.wants_quit()) return false;
    window_.refuse_close();
    return true;
  }

  void draw(const session::Snapshot& snapshot) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    adapt_scale();
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
    ui_.frame(snapshot);
    ImGui::Render();
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    // Smoothed, so that it can be read.
    frame_ms_ = frame_ms_ == 0.0 ? ms : 0.9 * frame_ms_ + 0.1 * ms;
    ui_.set_frame_time(frame_ms_);
    drawn_at_ = start;
    // One frame may have been held up by something else.
    pause_ = std::chrono::duration<double, std::milli>(2.0 * std::min(ms, frame_ms_));
  }

  // Where drawing is slow, as without a graphics processor, what the worker publishes is drawn
  // after a pause as long as drawing takes, so that training goes on meanwhile. The person's own
  // doing and what moves by itself is drawn at once.
  double seconds_until_next() const {
    constexpr std::chrono::duration<double> kLongest{0.05};  // 20 pictures a second are smooth
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - drawn_at_;
    return (std::min(pause_, kLongest) - since).count();
  }

  session::KeeperServices keeper_services(const Start& start) {
    session::KeeperServices services;
    services.worker = &worker_;
    services.wake = [this] {
      news_ = true;
      window_.wake();
    };
    // What a program does for its pictures needs no recovery.
    if (options_.frames == 0) services.state_directory = session::state_directory();
    if (start.session) services.notes = start.session->notes;
    services.path = start.path;
    services.changed = start.changed;
    services.save_weights = [this](const std::string& path) {
      const auto networks = worker_.copy().get();
      const session::SavedNetwork network = networks->saved().networks.front();
      if (std::string refusal = names_the_same(network.config, path); !refusal.empty())
        return refusal;
      std::string bytes;
      std::string error = config::weights_file(network.config, network.state.setup.model, bytes);
      return error.empty() ? io::write_file_atomically(path, bytes) : error;
    };
    return services;
  }

  static std::string working_directory() {
    std::error_code ignored;
    return std::filesystem::current_path(ignored).string();
  }

  void adapt_scale() {
    // Where the desktop's units are several pixels, it enlarges what is drawn by as much itself.
    const auto pixels = window_.framebuffer_size(), units = window_.window_size();
    const double enlarged = units.width > 0 ? static_cast<double>(pixels.width) / units.width : 1.0;
    const double asked = options_.scale > 0.0 ? options_.scale : window_.content_scale();
    const double wanted = asked * ui_.text_size() / std::max(enlarged, 0.1);
    if (std::abs(wanted - scale_) < 1e-3) return;
    scale_ = wanted;
    ui_.set_scale(scale_);
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
  }

  platform::Window& window_;
  const WindowOptions& options_;
  ImGuiSession imgui_;
  ShaderTextures textures_;
  std::atomic<bool> news_ = false;  // of the keeper's, not drawn yet
  std::unique_ptr<session::Worker> owned_worker_;
  session::Worker& worker_;
  session::Keeper keeper_;
  exporting::FileExporter exporter_;
  NativeFileDialogs dialogs_;
  std::string title_ = "Backflow";
  ui::AppUi ui_;
  double scale_ = 0.0;
  double frame_ms_ = 0.0;
  std::chrono::steady_clock::time_point drawn_at_;
  std::chrono::duration<double> pause_{0.0};  // from the beginning of one frame to the next
};

}  // namespace

int run_window(const Start& start, const WindowOptions& options) {
  // Computing the first state takes its time, and so does opening a window.
  Alarm alarm;
  auto worker = std::async(std::launch::async, [&] {
    return std::make_unique<session::Worker>(networks_of(start, session::RunTimeline::kBudget),
                                             [&alarm] { alarm.ring(); });
  });
  std::string error;
  const auto window = platform::Window::create("Backflow", options.width, options.height, error);
  if (!window)
    return complain(std::cerr, error + "; backflow export writes the figures without a window");
  const auto renderer = platform::HeatmapRenderer::create(error);
  const auto pulses = platform::PulseRenderer::create(error);
  if (!renderer || !pulses) return complain(std::cerr, error);
  alarm.set(*window);
  // Pictures made by a program look the same for everyone.
  const bool by_hand = options.frames == 0;
  const SettingsFile kept(by_hand ? settings_path() : std::string());
  const ui::Settings before = kept.read();
  const ui::Settings now = starting_with(before, options.light, options.tour);
  const bool tour = options.lesson.empty() && (by_hand || options.tour);
  WindowLoop loop(*window, *renderer, *pulses, worker.get(), start, options, now, tour);
  error = loop.run();
  window->hide();  // the threads may take a moment to stop
  const std::string unsaved = kept.write(worth_keeping(before, now, loop.settings()));
  if (!unsaved.empty()) complain(std::cerr, unsaved);
  return error.empty() ? kSuccess : complain(std::cerr, error);
}

}  // namespace backflow::cli
