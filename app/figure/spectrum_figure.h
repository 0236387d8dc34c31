// W_hh as a linear map: its eigenvalues in the complex plane with the unit circle and the circle of
// radius ρ; its singular values, sorted; and the Lyapunov exponents of the trajectory, where there
// is room. Needs session::AnalysisOptions::spectra.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_spectrum(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                      Size size);
/// "quantity,index,value": eigenvalue_re, eigenvalue_im (by falling modulus), log10_singular_value
/// and lyapunov_exponent (nats per step), index from 1.
void write_spectrum_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string spectrum_tooltip(const session::Snapshot& snapshot, const View& view,
                             const Figure& figure, Point at);

}  // namespace backflow::figure
