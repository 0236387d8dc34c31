// What the window asks of the worker. Commands are values and are carried out in order.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "app/session/snapshot.h"
#include "core/model/weight_edit.h"

namespace backflow::session {

struct Run {};  ///< train until paused; refused, as StepOnce, where nothing has a target
struct Pause {};
struct StepOnce {};  ///< one iteration, then pause
/// Fresh weights from the configuration, empty curves, paused.
struct Reset {
  std::uint64_t gesture = 0;  ///< as in SetKey
};
/// Another configuration with fresh weights, trained for so many iterations, then paused: as a page
/// of a lesson has it. Ends a comparison. Carried out at once, whatever is under way.
struct StartAnew {
  std::shared_ptr<const config::Config> config;
  std::uint64_t iterations = 0;
  std::string title;         ///< for undo
  std::uint64_t number = 0;  ///< given back by Snapshot::started
};
/// Pauses and makes the record an evaluation of the present weights: the iteration that is about to
/// be, without its update.
struct Evaluate {};
/// Pauses and goes back (or forward again) to the state after that many iterations, bit for bit;
/// beyond the last one computed it goes there. Training on from there leaves the rest as a ghost.
struct GoTo {
  std::uint64_t iteration = 0;
};
struct Undo {};  ///< takes back the last change by hand
struct Redo {};  ///< makes the last one taken back again
/// Sets a configuration key (core/config/keys.h). Live keys keep the weights; the others restart,
/// as Reset does but for going on running. A matrix file (model.init_file) is used at once
/// (model.init = file), and model.hidden follows it. Refused with a sentence (Snapshot::refusal)
/// when not allowed.
struct SetKey {
  std::string name;
  std::string value;
  /// Neighbouring changes of the same gesture, such as one drag of the mouse, are undone together;
  /// 0 belongs to none.
  std::uint64_t gesture = 0;
  /// Hears, in the worker's thread, what share of a file is read; null: nobody listens.
  std::function<void(double share)> progress = {};
  /// Of somebody who waits: gets the refusal, or an empty string, and Snapshot::refusal says
  /// nothing. It is broken where the command is given up, be it with a replay that it waits for.
  std::shared_ptr<std::promise<std::string>> answer = {};
};
/// Changes the recurrent weights as they are when the command is carried out, keeping everything
/// else; refused with a sentence when model::apply_edit() refuses.
struct SetRecurrentWeights {
  model::WeightEdit edit;  ///< a whole matrix, or a change of the present one
  std::string title;       ///< what was done, for undo: "Transpose W_hh"
  std::uint64_t gesture = 0;
};
struct SetSpeedLimit {
  double iterations_per_second = 0.0;  ///< 0: as fast as possible
};
struct SetAnalysis {
  AnalysisOptions options;
};

// Two networks side by side (comparison.h).
struct StartComparison {};  ///< B becomes an exact copy of the network
/// Both start again with fresh weights of the same seed, differing in one key (ready_pairs()).
struct StartPair {
  std::string name;
};
struct SwapSides {};      ///< A becomes B, and B becomes A
struct KeepB {};          ///< B goes on alone, as the one network
struct EndComparison {};  ///< A does
/// Everything becomes what was saved, paused, with nothing to undo; the analysis that is asked for
/// stays. Carried out at once, whatever is under way.
struct OpenSession {
  std::shared_ptr<const struct SavedSession> session;
  std::uint64_t number = 0;  ///< given back by Comparison::opened()
};
/// A command for B alone; without a comparison it does nothing.
struct OnB {
  std::shared_ptr<const struct CommandBox> command;
};

using Command =
    std::variant<Run, Pause, StepOnce, Reset, StartAnew, Evaluate, GoTo, Undo, Redo, SetKey,
                 SetRecurrentWeights, SetSpeedLimit, SetAnalysis, StartComparison, StartPair,
                 SwapSides, KeepB, EndComparison, OpenSession, OnB>;
struct CommandBox {
  Command command;
};

inline OnB on_b(Command command) {
  return {std::make_shared<const CommandBox>(CommandBox{std::move(command)})};
}

}  // namespace backflow::session
