#include "core/gradient/backward.h"

#include <algorithm>

#include "core/gradient/weight_gradient.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::Cell;
using model::Columns;
using model::Transpose;

void shape(const model::Model& model, const model::Trace& trace, ErrorSignals& signals) {
  const Index n = model.parameters.hidden_size(), B = trace.batch(), T = trace.steps();
  const model::CellLayout& layout = model::layout_of(model);
  signals.dz.reshape(trace.z.rows(), B, trace.z.first(), trace.z.last());
  signals.e.reshape(n, B, 0, T);
  signals.e_c.reshape(layout.states > 1 ? n : 0, B, 0, T);
  signals.delta.reshape(layout.delta_blocks * n, B, 1, T);
}

void output_signals(const model::Model& model, const model::Batch& batch, const model::Trace& trace,
                    model::StepMatrices& dz) {
  model::item_loss_gradients(model.readout, model.loss, trace.z.data(), trace.y_hat.data(),
                             batch.targets.data(), dz.data());
  const auto B = static_cast<double>(trace.batch());
  dz.data() *= 1.0 / B;
  if (batch.weights.count() == 0) return;
  const auto weight = batch.weights.data().row(0);
  for (Index j = 0; j < dz.data().cols(); ++j) {
    if (weight(j) == 0.0)
      dz.data().col(j).setZero();  // whatever it was
    else
      dz.data().col(j) *= weight(j);
  }
}

auto of(model::StepMatrices& steps, Index t, Columns columns) {
  return steps.data().middleCols((t - steps.first()) * steps.batch() + columns.first,
                                 columns.count);
}

// The backward pass over some of the sequences.
class Pass {
public:
  Pass(const model::Model& model, const model::Trace& trace, const Truncation& truncation,
       const model::BackwardWeights& weights, ErrorSignals& signals)
      : model_(model),
        trace_(trace),
        truncation_(truncation),
        weights_(weights),
        signals_(signals),
        cell_(model::cell_of(model.cell)),
        no_loss_(0, trace.batch()) {}

  // A sequence that has ended has no loss any more, so that its signals are zero by themselves.
  // after(t) is told of each step whose δ is there.
  template <class After>
  void run(Columns columns, const After& after) {
    const Index T = trace_.steps(), n = signals_.e.rows(), n_c = signals_.e_c.rows();
    if (columns.count == trace_.batch() && truncation_.kind == TruncationKind::none &&
        cell_.has_loops(model_.activation)) {
      run_all();
      for (Index t = T; t >= 1; --t) after(t);
      return;
    }
    Matrix nowhere;  // takes the blame that a cut keeps from going on
    start(T, columns);
    for (Index t = T; t >= 1; --t) {
      const bool cut = truncation_.cuts(t, t - 1);
      const auto vjp = [&](const model::ConstRef& dz, model::MutableRef before,
                           model::MutableRef c_before) {
        cell_.vjp(model_.activation, weights_, trace_.step(t, columns.first, columns.count),
                  of(signals_.e, t, columns), of(signals_.e_c, t, columns), dz,
                  of(signals_.delta, t, columns), before, c_before);
      };
      if (cut) {
        nowhere.resize(n + n_c, columns.count);
        vjp(no_loss_.leftCols(columns.count), nowhere.topRows(n), nowhere.bottomRows(n_c));
        start(t - 1, columns);
      } else {
        vjp(loss_blame(t - 1, columns), of(signals_.e, t - 1, columns),
            of(signals_.e_c, t - 1, columns));
      }
      after(t);
    }
  }

private:
  // The whole batch without cuts, in the cell's own loop.
  void run_all() {
    const model::StepMatrices& dz = signals_.dz;
    signals_.e.data().setZero();
    weights_.blame(dz.data(), {},
                   signals_.e.data().middleCols(dz.first() * dz.batch(), dz.data().cols()));
    cell_.vjp_steps(weights_, trace_.a, trace_.h, signals_.e, signals_.delta);
  }

  // ∂L_t/∂z_t, or no rows where there is no loss.
  model::ConstRef loss_blame(Index t, Columns c) const {
    if (!signals_.dz.contains(t)) return no_loss_.leftCols(c.count);
    return signals_.dz.step(t).middleCols(c.first, c.count);
  }
  // Blame that comes from the step's own loss alone.
  void start(Index t, Columns c) {
    weights_.blame(loss_blame(t, c), {}, of(signals_.e, t, c));
    of(signals_.e_c, t, c).setZero();
  }

  const model::Model& model_;
  const model::Trace& trace_;
  const Truncation& truncation_;
  const model::BackwardWeights& weights_;
  ErrorSignals& signals_;
  const Cell& cell_;
  const Matrix no_loss_;
};

// Fixed horizon: the blame of all losses goes back together, lag by lag, and adds up where it
// meets. What a lag does to one column concerns no other, so columns are cut into blocks for the
// cores, small enough for their temporaries to stay in the caches.
class HorizonPass {
public:
  HorizonPass(const model::Model& model, const model::Trace& trace,
              const model::BackwardWeights& weights, ErrorSignals& signals)
      : model_(model),
        trace_(trace),
        weights_(weights),
        signals_(signals),
        u_(signals.e.rows() + signals.e_c.rows(), trace.batch(), 1, trace.steps()) {}

  void run(Index tau) {
    const Index n = signals_.e.rows(), B = trace_.batch(), T = trace_.steps();
    const Index first = (signals_.dz.first() - 1) * B;
    weights_.blame(signals_.dz.data(), {},
                   u_.data().middleCols(first, signals_.dz.data().cols()).topRows(n));
    signals_.e.data().setZero();
    signals_.e_c.data().setZero();
    signals_.delta.data().setZero();
    for (Index lag = 0; lag < tau && lag < T; ++lag) {
      const Index columns = (T - lag) * B;
      parallel::for_each((columns + kBlock - 1) / kBlock, [&](Index i) {
        go_back(lag, {i * kBlock, std::min(kBlock, columns - i * kBlock)});
      });
      // The loss at step 1 + lag has arrived at the initial state.
      const auto arrived = u_.step(1 + lag);
      signals_.e.step(0) += arrived.topRows(n);
      signals_.e_c.step(0) += arrived.bottomRows(signals_.e_c.rows());
    }
  }

private:
  static constexpr Index kBlock = 128;

  // `columns` counts from step 1: where the blame is, of the losses `lag` steps later.
  void go_back(Index lag, Columns columns) {
    const Index n = signals_.e.rows(), B = trace_.batch();
    const auto at = [&](auto& steps, Index first_step) {
      return steps.data().middleCols((first_step - steps.first()) * B + columns.first,
                                     columns.count);
    };
    auto u = at(u_, 1 + lag);
    at(signals_.e, 1) += u.topRows(n);
    at(signals_.e_c, 1) += u.bottomRows(signals_.e_c.rows());
    auto delta = model::scratch(6, signals_.delta.rows(), columns.count);
    auto before = model::scratch(7, u.rows(), columns.count);
    model::cell_of(model_.cell)
        .vjp(model_.activation, weights_,
             {at(trace_.a, 1), at(trace_.h, 0), at(trace_.c, 0), at(trace_.h, 1), at(trace_.c, 1)},
             u, delta, before);
    at(signals_.delta, 1) += delta;
    u = before;
  }

  const model::Model& model_;
  const model::Trace& trace_;
  const model::BackwardWeights& weights_;
  ErrorSignals& signals_;
  model::StepMatrices u_;  // of the loss at t, now at step t − lag
};

// The weight gradients are summed on the way back, a few steps at a time, while δ and h are in a
// near cache: where all of δ and h do not fit there (measured: from so many weights on, kFar), but
// the gradient of W_hh leaves room for some of them (up to kNear).
constexpr Index kFar = 8192, kNear = 32768;
constexpr Index kStacked = 64;  // columns of δ of the steps together

}  // namespace

ErrorSignals backward(const model::Model& model, const model::Batch& batch,
                      const model::Trace& trace, model::Parameters& gradients,
                      const Truncation& truncation) {
  ErrorSignals signals;
  backward(model, batch, trace, truncation, signals, gradients);
  return signals;
}

void backward(const model::Model& model, const model::Batch& batch, const model::Trace& trace,
              const Truncation& truncation, ErrorSignals& signals, model::Parameters& gradients) {
  const model::Parameters& p = model.parameters;
  shape(model, trace, signals);
  output_signals(model, batch, trace, signals.dz);
  if ((signals.dz.data().array() == 0.0).all()) {
    // Nothing is blamed for anything, as in a network that was opened without targets.
    for (model::StepMatrices* zero : {&signals.e, &signals.e_c, &signals.delta})
      zero->data().setZero();
    return;
  }
  const model::BackwardWeights weights(p, model::layout_of(model));
  const WeightGradients sums(model, batch, trace, signals);
  if (truncation.kind == TruncationKind::horizon) {
    HorizonPass(model, trace, weights, signals).run(truncation.steps);
    sums.add_all(gradients);
    return;
  }
  const double work = 2.0 * static_cast<double>(p.W_hh.size()) * static_cast<double>(trace.steps());
  const std::vector<Columns> parts = model::split_batch(trace.batch(), work);
  const auto count = static_cast<Index>(parts.size());
  const bool on_the_way = count > 1 && p.W_hh.size() >= kFar && p.W_hh.size() <= kNear;
  GradientParts partial(gradients, on_the_way ? count : 1);
  parallel::for_each(count, [&](Index i) {
    const Columns own = parts[static_cast<std::size_t>(i)];
    const Index block = std::max<Index>(1, kStacked / own.count);
    Index last = trace.steps();
    Pass(model, trace, truncation, weights, signals).run(own, [&](Index t) {
      if (!on_the_way || (t > 1 && last - t + 1 < block)) return;
      sums.add(t, last, own, partial.part(i));
      last = t - 1;
    });
  });
  partial.add_up();
  if (!on_the_way) sums.add_all(gradients);
}

}  // namespace backflow::gradient
