#include "app/ui/view_state.h"

#include <algorithm>
#include <utility>

namespace backflow::ui {

// An idle window's first frame comes a long time after its last one.
void ViewState::begin_frame(const session::Snapshot& snapshot, double seconds) {
  constexpr double kSeconds = 0.7, kLongestFrame = 0.1;
  const double target = wants_folded ? 1.0 : 0.0;
  const double step = std::min(seconds, kLongestFrame) / kSeconds;
  view.fold =
      wants_folded ? std::min(target, view.fold + step) : std::max(target, view.fold - step);
  if (!asked_) {
    asked_ = wanted = snapshot.analysis_options;
    wanted.walk = view.playhead.has_value();
  }
  shown.clear();
}

void ViewState::end_frame(const PanelServices& services) {
  view.highlight = std::exchange(next_highlight, std::nullopt);
  const auto cursor = std::exchange(next_cursor, std::nullopt);
  const auto iteration = std::exchange(next_cursor_iteration, std::nullopt);
  cursor_moved_ = view.cursor != cursor || view.cursor_iteration != iteration;
  view.cursor = cursor;
  view.cursor_iteration = iteration;
  ask_for_analysis(services);
}

// What the figures shown need, when it is not what was last asked for.
void ViewState::ask_for_analysis(const PanelServices& services) {
  wanted.sequence = view.sequence;
  wanted.spectra = wanted.chain = wanted.contributions = false;
  wanted.lyapunov = wanted.neuron = false;
  for (const figure::FigureInfo* info : shown) figure::ask_for(*info, wanted);
  wanted.product.reset();
  if (const auto& pinned = view.pinned; pinned && (wanted.spectra || wanted.chain))
    wanted.product = session::StepPair{pinned->t, pinned->k};
  if (wanted == *asked_) return;
  asked_ = wanted;
  services.send(session::SetAnalysis{wanted});
}

}  // namespace backflow::ui
