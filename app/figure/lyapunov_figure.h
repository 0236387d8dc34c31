// All Lyapunov exponents of the network along one sequence, beside those it would have if it were
// linear, and how the first few settle from step to step. Needs session::AnalysisOptions::lyapunov.
#pragma once

#include "app/figure/catalogue.h"

namespace backflow::figure {

Figure build_lyapunov(const session::Snapshot& snapshot, const View& view, const FigureStyle& style,
                      Size size);
/// "quantity,index,step,value": exponent and linear (ln |λ_i(W_hh)|, vanilla cell only) with step
/// T, and running, the estimate of the first exponents after each step; index from 1, nats per
/// step.
void write_lyapunov_csv(const session::Snapshot& snapshot, const View& view, const CsvSink& sink);
std::string lyapunov_tooltip(const session::Snapshot& snapshot, const View& view,
                             const Figure& figure, Point at);

}  // namespace backflow::figure
