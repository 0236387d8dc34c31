// The parts of the chain figure: names and numbers, rows of pictures, plots. For chain_figure.cpp
// alone. Every Analysis here has a chain with at least one factor.
#pragma once

#include <string>
#include <vector>

#include "app/figure/plot_axes.h"
#include "app/session/snapshot.h"

namespace backflow::figure {

// --- names and numbers (chain_names.cpp) -------------------------------------------------------

/// "J_{7}", or "∂h_{7}/∂h_{6}" for a part of an LSTM's state, where J_i is more than what is shown.
std::string chain_factor_name(const session::Analysis& analysis, model::Index i);
/// "∂h_{t}/∂h_{k}" with t that of the chain.
std::string chain_product_name(const gradient::Chain& chain, model::Index k);
/// "J_{7} J_{6} J_{5} J_{4}", or with the middle left out unless `all`.
std::string chain_factors(model::Index t, model::Index k, bool all);
/// The product as its factors, and what came of it beside its bound; longest form first.
std::vector<std::string> chain_formulas(const session::Analysis& analysis);
std::vector<std::string> chain_results(const session::Analysis& analysis);
/// log10 of the identity's norm, where every product begins: 0, or ½ log10 n for the Frobenius
/// norm.
double log10_identity(const gradient::Chain& chain);
/// log10 of the bound of a product's norm over that many steps; NaN where nothing is proven.
double chain_bound_at(const session::Analysis& analysis, model::Index lag);
/// "2.4·10^{−7}", "not finite".
std::string chain_norm_text(double log10_norm);

// --- rows of pictures (chain_rows.cpp) ---------------------------------------------------------

struct ChainColumns {
  double side = 0.0, pitch = 0.0, strip = 0.0;  // of a picture, of a column, of the slopes' strip
  double gap = 0.0;                             // where links are left out
  std::vector<std::size_t> shown;
  double width() const { return pitch * static_cast<double>(shown.size()) + gap; }
};

/// Which links are shown when there is room for so many pictures: all, or the first and last ones.
std::vector<std::size_t> chain_shown_links(const gradient::Chain& chain, std::size_t pictures);
/// What does not depend on how large the pictures are: how many links have one, and the width of
/// the widest text beside them.
struct ChainTexts {
  std::size_t pictures = 0;
  double widest = 0.0;
};
ChainTexts chain_texts(const session::Analysis& analysis, double font);
/// Columns with pictures of that side, as many as fit into the room.
ChainColumns chain_columns(const session::Analysis& analysis, const ChainTexts& texts, double font,
                           double side, double room);

struct ChainLook {
  const session::Analysis& analysis;
  const View& view;
  const Palette& colors;
  ColorScale map_scale;
  double log10_scale;  // of all J_i
  double font;
  bool slopes;  // their mean in a line below the norm
};

/// Height of a row of pictures of that side with what stands above and below them.
double chain_row_height(double side, double font, bool slopes);
/// The row of the J_i and below it that of the running products.
void add_chain_rows(Figure& figure, const ChainLook& look, const ChainColumns& columns, Point at);
/// log10 of the size of the largest finite entry.
double log10_largest_entry(const gradient::ScaledMatrix& x);

// --- plots (chain_plots.cpp) -------------------------------------------------------------------

/// ‖∂h_t/∂h_{t−lag}‖, its bound, and the norms of the single factors over the lag.
Figure chain_norms_plot(const session::Analysis& analysis, const View& view,
                        const FigureStyle& style, Size size, const std::vector<std::string>& note);
/// The singular values of the whole product, as bars.
Figure chain_singular_values_plot(const session::Analysis& analysis, const FigureStyle& style,
                                  Size size);

}  // namespace backflow::figure
