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

struct FigureInfo {
  std::string_view name;         ///< "jacobian-norms"
  std::string_view title;        ///< "Jacobian products", for any model
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
  bool needs_spectra = false;        ///< shows more with session::AnalysisOptions::spectra
  bool needs_chain = false;          ///< likewise with chain
  bool needs_contributions = false;  ///< likewise with contributions
  bool over_iterations = false;      ///< its first plot has the iterations along x
  bool animated = false;             ///< follows View::pulse and View::fold
};

std::span<const FigureInfo> catalogue();

/// The figure of that name, or nullptr.
const FigureInfo* find_figure(std::string_view name);

}  // namespace backflow::figure
