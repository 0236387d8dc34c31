// The explanation strip: what happens at the playhead's position, as a sentence, typeset formulas
// and the same formulas with this step's numbers (explanation.h).
//
// Equations stand side by side and wrap like words. Of every equation's forms the most detailed are
// taken with which all of them fit the figure; where not even the shortest do, what matters least
// is left out.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_explanation(const session::Snapshot& snapshot, const View& view,
                         const FigureStyle& style, Size size);
/// "quantity,index,value" of the vectors in the formulas.
void write_explanation_csv(const session::Snapshot& snapshot, const View& view,
                           const CsvSink& sink);
/// What the term under the mouse is.
std::string explanation_tooltip(const session::Snapshot& snapshot, const View& view,
                                const Figure& figure, Point at);

/// The height that the explanation needs at that width to show all that it has, at most `most`.
double explanation_height(const session::Snapshot& snapshot, const View& view,
                          const FigureStyle& style, double width, double most);

}  // namespace backflow::figure
