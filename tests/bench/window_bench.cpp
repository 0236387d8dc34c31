// What the window's thread does for one frame, on no back end, and how long a change by hand takes
// until its heatmap can be drawn.
#include <benchmark/benchmark.h>

#include "app/session/analysis.h"
#include "app/session/session.h"
#include "app/ui/app_ui.h"
#include "app/ui/imgui_compat.h"
#include "core/config/keys.h"

namespace backflow {
namespace {

// An ImGui context with the window's contents in it, as large as a projector.
class NullWindow {
public:
  NullWindow() {
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = ImVec2(1920.0f, 1080.0f);
    io.DeltaTime = 1.0f / 60.0f;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    ui::init_keys_without_backend();
    ui_ = std::make_unique<ui::AppUi>(ui::UiServices{[](session::Command) {}, nullptr, {}});
    ui_->set_scale(1.0);
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
  }
  ~NullWindow() {
    ui_.reset();
    ImGui::DestroyContext();
  }
  NullWindow(const NullWindow&) = delete;
  NullWindow& operator=(const NullWindow&) = delete;

  void frame(const session::Snapshot& snapshot) {
    ImGui::NewFrame();
    ui_->frame(snapshot);
    ImGui::Render();
  }

private:
  std::unique_ptr<ui::AppUi> ui_;
};

config::Config first_bit(model::Index units, model::Index steps) {
  config::Config config;
  config.task.kind = training::TaskKind::first_bit;
  config.task.steps = steps;
  config.model.hidden = units;
  return config;
}

session::Snapshot snapshot_of(const session::Session& session) {
  session::Snapshot snapshot = session.snapshot();
  session::attach(session::analyse(snapshot.record, session.analysis_options()), snapshot);
  return snapshot;
}

// Every figure in sight is built anew in each frame, as while training runs; n/T.
void window_frame(benchmark::State& state) {
  session::Session session(first_bit(state.range(0), state.range(1)));
  for (int i = 0; i < 100; ++i) session.iterate();
  session::Snapshot snapshot = snapshot_of(session);
  NullWindow window;
  for (int i = 0; i < 5; ++i) window.frame(snapshot);
  for (auto _ : state) {
    ++snapshot.revision;
    window.frame(snapshot);
  }
}
BENCHMARK(window_frame)->Args({8, 20})->Args({64, 200})->Unit(benchmark::kMillisecond);

// From a value of the slider to the frame that shows its heatmap: rescaling W_hh, forward and
// backward, all Jacobian products, the frame; n/T.
void drag_spectral_radius(benchmark::State& state) {
  session::Session session(first_bit(state.range(0), state.range(1)));
  session.iterate();
  session::Snapshot snapshot = snapshot_of(session);
  NullWindow window;
  for (int i = 0; i < 5; ++i) window.frame(snapshot);
  double radius = 0.8;
  for (auto _ : state) {
    radius = radius > 1.2 ? 0.8 : radius + 0.01;
    session.execute(session::SetKey{"model.spectral_radius", config::format_number(radius)});
    session.refresh();
    const auto revision = snapshot.revision + 1;
    snapshot = snapshot_of(session);
    snapshot.revision = revision;
    window.frame(snapshot);
  }
}
BENCHMARK(drag_spectral_radius)
    ->Args({32, 100})
    ->Args({64, 200})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace backflow
