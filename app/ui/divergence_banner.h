// What the window says when training has met a number that is not finite.
#pragma once

#include <functional>
#include <string>

#include "app/session/command.h"
#include "app/session/snapshot.h"
#include "app/ui/ui_context.h"

namespace backflow::ui {

/// Height of the banner in units.
inline constexpr double kBannerHeight = 66.0;

/// "Training stopped in iteration 42: h_{t} is not finite at step t = 17."; text markup.
/// Precondition: snapshot.divergence.
std::string divergence_sentence(const session::Snapshot& snapshot);

/// Draws it with the ways on: halve the learning rate (unless the weights themselves overflow),
/// reset. Precondition: snapshot.divergence.
void draw_divergence_banner(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                            const std::function<void(session::Command)>& send);

/// The same in one line, for one side of a comparison. Precondition: snapshot.divergence.
void draw_side_banner(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                      const std::function<void(session::Command)>& send);

}  // namespace backflow::ui
