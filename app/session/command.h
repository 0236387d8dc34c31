// What the window asks of the worker. Commands are values and are carried out in order.
#pragma once

#include <string>
#include <variant>

#include "app/session/snapshot.h"

namespace backflow::session {

struct Run {};  ///< train until paused
struct Pause {};
struct StepOnce {};  ///< one iteration, then pause
struct Reset {};     ///< fresh weights from the configuration, empty curves, paused
/// Sets a configuration key (core/config/keys.h). Live keys keep the weights; the others restart,
/// as Reset does but for going on running. A matrix file (model.init_file) is used at once
/// (model.init = file), and model.hidden follows it. Refused with a sentence (Snapshot::refusal)
/// when not allowed.
struct SetKey {
  std::string name;
  std::string value;
};
struct SetSpeedLimit {
  double iterations_per_second = 0.0;  ///< 0: as fast as possible
};
struct SetAnalysis {
  AnalysisOptions options;
};

using Command = std::variant<Run, Pause, StepOnce, Reset, SetKey, SetSpeedLimit, SetAnalysis>;

}  // namespace backflow::session
