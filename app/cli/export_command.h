// backflow export: train without a window and write figures.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "app/cli/start.h"
#include "app/figure/style.h"
#include "app/session/snapshot.h"
#include "core/gradient/decay.h"
#include "core/gradient/jacobian_norms.h"

namespace backflow::cli {

struct ExportRequest {
  std::int64_t iterations = 0;
  std::string figure;         ///< name in the catalogue
  std::string output;         ///< path; "-" is CSV on standard output
  std::string all_directory;  ///< instead of figure and output: every figure, every format
  gradient::MatrixNorm norm = gradient::MatrixNorm::spectral;
  /// Part of an LSTM's state; other cells have `hidden` only.
  gradient::StateBlock block = gradient::StateBlock::hidden;
  double epsilon = gradient::DecayOptions().epsilon;  ///< of the reach, in (0, 1)
  std::optional<session::StepPair> product;           ///< of spectrum (nothing: W_hh) and chain
  int sequence = 1;                                   ///< batch item, counted from 1
  /// Position of the walk through the iteration (figure/playhead.h); nothing: all of it is shown.
  std::optional<std::int64_t> playhead;
  /// From where a relief is seen, in degrees; nothing: from the usual side.
  std::optional<double> turn, tilt;
  figure::Theme theme = figure::Theme::light;
  figure::Colormap colors = figure::Colormap::diverging;
  std::string preset;                   ///< size and letters (figure/preset.h); empty: none
  std::optional<double> width, height;  ///< figure units; the preset's or the figure's own
  bool title = true, caption = false;   ///< over and under the figure
  bool transparent = false;             ///< no background
  std::optional<double> dpi;            ///< of PNG
  std::optional<int> pixels;            ///< width of PNG, instead
  std::vector<std::string> formats;     ///< of --all; empty: every one
  bool force = false;                   ///< files that exist are overwritten
};

/// Returns the exit code (command_line.h). Nothing is trained before the whole request has been
/// found good. Precondition: config::validate(start.config) is empty.
int export_figures(const Start& start, const ExportRequest& request, std::ostream& out,
                   std::ostream& err);

}  // namespace backflow::cli
