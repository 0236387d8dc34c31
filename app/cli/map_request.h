// Of which Jacobian products numbers and figures are: the options of several commands.
#pragma once

#include <optional>
#include <string>

#include "app/figure/catalogue.h"
#include "app/session/snapshot.h"
#include "core/config/config.h"
#include "core/gradient/decay.h"
#include "core/gradient/jacobian_norms.h"
#include "core/gradient/state_block.h"

namespace backflow::cli {

struct MapRequest {
  gradient::MatrixNorm norm = gradient::MatrixNorm::spectral;
  /// Part of an LSTM's state; other cells have `hidden` only.
  gradient::StateBlock block = gradient::StateBlock::hidden;
  double epsilon = gradient::DecayOptions().epsilon;  ///< of the reach, in (0, 1)
  std::optional<session::StepPair> product;           ///< of spectrum (nothing: W_hh) and chain
  int sequence = 1;                                   ///< batch item, counted from 1

  bool operator==(const MapRequest&) const = default;
  session::AnalysisOptions options() const;
  /// What differs from the default, as it is written on the command line without dashes:
  /// " norm=frobenius epsilon=0.1"; with a space before each.
  std::string differences() const;
};

/// Reads "20:3". Returns an empty string, or what is wrong, to be read after the text; `pair` is
/// unchanged then.
std::string parse_steps(const std::string& text, std::optional<session::StepPair>& pair);

/// Empty, or one sentence: the batch has no such sequence, the cell no such state, the sequence no
/// such steps.
std::string check(const MapRequest& request, const config::Config& config);

/// Empty, or one sentence: an option changes nothing in the figure.
std::string check(const MapRequest& request, const figure::FigureInfo& info);

}  // namespace backflow::cli
