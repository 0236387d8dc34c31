// The list of figures: name, what it shows, how to build it, and the data behind it. A new figure
// is one pair of files and one line here.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/figure/figure.h"
#include "app/figure/view.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

/// Receives the data of a figure as text, piece by piece.
using CsvSink = std::function<void(std::string_view)>;

/// What of a View changes the figure; it need not be built anew for anything else.
struct Follows {
  bool playhead = false;       ///< View::playhead
  bool pulse = false;          ///< View::pulse, which is nothing without a playhead
  bool fold = false;           ///< View::fold
  bool highlight = false;      ///< View::highlight
  bool cursor = false;         ///< View::cursor
  bool iteration = false;      ///< View::cursor_iteration
  bool pinned = false;         ///< View::pinned
  bool steps = false;          ///< View::first_step, last_step
  bool sequence = false;       ///< View::sequence; others show that of the analysis
  bool colors = false;         ///< View::heatmap_low, heatmap_high
  bool loss_axis = false;      ///< View::loss_log
  bool gradient_axis = false;  ///< View::gradient_log, gradient_range
  bool terms = false;          ///< View::contribution_tensor, contribution_relative
  bool weights = false;        ///< View::weight_gate, weight_row
  bool plane = false;          ///< View::plane_radius
  bool relief = false;         ///< View::relief_turn, relief_tilt
};

struct FigureInfo {
  std::string_view name;   ///< "jacobian-norms"
  std::string_view title;  ///< "Jacobian products", for any model
  /// The card of the window that shows it: network, map, loss or norm; empty when none does.
  std::string_view card{};
  std::string_view description;  ///< one line
  std::string_view options{};    ///< of `backflow export`, what chooses what it shows
  Size default_size;             ///< for exports
  /// Needs Snapshot::record; Snapshot::analysis may be null (the figure then says what is missing).
  Figure (*build)(const session::Snapshot&, const View&, const FigureStyle&, Size);
  /// Writes a header row and the data, numbers in the shortest form that reads back exactly,
  /// non-finite ones as nan, inf, -inf; no field has a comma.
  void (*write_csv)(const session::Snapshot&, const View&, const CsvSink&);
  /// What is under the mouse, as lines of text markup; empty where there is nothing to say. The
  /// figure is the one that build() made from the same snapshot and view.
  std::string (*tooltip)(const session::Snapshot&, const View&, const Figure&, Point);
  /// The steps under the mouse, for View::cursor; null for a figure that has none.
  std::optional<Cell> (*cell)(const session::Snapshot&, const View&, const Figure&,
                              Point) = nullptr;
  bool needs_map = false;            ///< shows Analysis::norms, which in a file are exact
  bool needs_spectra = false;        ///< shows more with session::AnalysisOptions::spectra
  bool needs_chain = false;          ///< likewise with chain
  bool needs_contributions = false;  ///< likewise with contributions
  bool needs_lyapunov = false;       ///< likewise with lyapunov
  bool needs_neuron = false;         ///< likewise with neuron; nothing of the network
  /// Its first plot has the iterations along x. Two networks that are compared are drawn on the
  /// same axes; every other figure shows one of them.
  bool over_iterations = false;
  bool of_gates = false;  ///< shows nothing but that there are none, for the vanilla cell
  bool colored = false;   ///< FigureStyle::colors changes it (of weights, lags, norms and errors)
  Follows follows = {};
};

/// The view without what the figure does not follow: while that stays the same, build() with the
/// same snapshot, style and size makes the same figure.
View relevant(const FigureInfo& info, const View& view);

std::span<const FigureInfo> catalogue();

/// The figure of that name, or nullptr.
const FigureInfo* find_figure(std::string_view name);

/// Adds what the figure needs to what is asked for.
void ask_for(const FigureInfo& info, session::AnalysisOptions& options);

}  // namespace backflow::figure
