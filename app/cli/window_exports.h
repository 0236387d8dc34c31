// What the window's exporter needs from the worker: analyses, and a copy of the networks to train
// on.
#pragma once

#include <functional>

#include "app/export/exporter.h"
#include "app/session/worker.h"

namespace backflow::cli {

/// Not longer than the worker lives.
exporting::ExporterServices exporter_services(session::Worker& worker, std::function<void()> wake);

/// The snapshot with what the figure shows, or a walk, and it lacks: ExporterServices::complete.
std::shared_ptr<const session::Snapshot> completed(
    const figure::FigureInfo& info, std::shared_ptr<const session::Snapshot> snapshot,
    const figure::View& view, bool walk, const std::function<bool()>& stop);

/// The moments that are asked for, in a copy of the networks.
std::unique_ptr<exporting::Reel> training_reel(const session::Comparison& networks,
                                               const exporting::AnimationRequest& request);

}  // namespace backflow::cli
