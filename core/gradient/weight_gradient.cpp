#include "core/gradient/weight_gradient.h"

#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::CellLayout;
using model::ConstRef;
using model::GateUse;
using model::Transpose;

struct Range {
  Index first, count;  // columns of the stacked steps
};

// A run of gates that are one product: consecutive blocks of δ, the same input.
struct Run {
  Index first_gate, count;
};

std::vector<Run> runs_of(const CellLayout& layout) {
  std::vector<Run> runs;
  for (Index g = 0; g < layout.gate_count(); ++g) {
    const GateUse& gate = layout.gates[static_cast<std::size_t>(g)];
    if (!runs.empty()) {
      const GateUse& last = layout.gates[static_cast<std::size_t>(g - 1)];
      if (gate.delta_block == last.delta_block + 1 && gate.input_block == last.input_block) {
        ++runs.back().count;
        continue;
      }
    }
    runs.push_back({g, 1});
  }
  return runs;
}

// The rows of δ and the input of a run, at the columns `range` of the stacked steps 1..T.
struct Factors {
  ConstRef delta, input;
};

Factors factors(const CellLayout& layout, const Run& run, Index n, const Matrix& delta,
                const model::Trace& trace, Range range) {
  const GateUse& gate = layout.gates[static_cast<std::size_t>(run.first_gate)];
  const auto d =
      delta.middleCols(range.first, range.count).middleRows(gate.delta_block * n, run.count * n);
  // h starts at step 0, so the same columns are those of the step before.
  if (gate.input_block == GateUse::kPreviousState)
    return {d, trace.h.data().middleCols(range.first, range.count)};
  return {d,
          trace.a.data().middleCols(range.first, range.count).middleRows(gate.input_block * n, n)};
}

void add_range(const model::Model& model, const model::Batch& batch, const model::Trace& trace,
               const Matrix& delta, Range range, model::Parameters& gradients) {
  const CellLayout& layout = model::layout_of(model);
  const Index n = model.parameters.hidden_size();
  for (const Run& run : runs_of(layout)) {
    const Factors f = factors(layout, run, n, delta, trace, range);
    model::add_product(f.delta, Transpose::no, f.input, Transpose::yes,
                       gradients.W_hh.middleRows(run.first_gate * n, run.count * n));
  }
  const auto own = delta.middleCols(range.first, range.count);
  model::add_product(own.topRows(gradients.W_xh.rows()), Transpose::no,
                     batch.inputs.data().middleCols(range.first, range.count), Transpose::yes,
                     gradients.W_xh);
  for (Index j = 0; j < own.cols(); ++j) gradients.b_h += own.col(j);
}

}  // namespace

void add_weight_gradients(const model::Model& model, const model::Batch& batch,
                          const model::Trace& trace, const model::StepMatrices& delta,
                          model::Parameters& gradients) {
  const Index columns = delta.data().cols();
  // The cut depends on the sizes alone, so that the sums come out the same on any machine.
  constexpr double kWorthAThread = 1e6;
  const double work = 2.0 * static_cast<double>(delta.rows()) *
                      static_cast<double>(gradients.hidden_size()) * static_cast<double>(columns);
  const Index parts = columns >= 64 && work >= 2 * kWorthAThread ? 2 : 1;
  std::vector<model::Parameters> partial;
  for (Index i = 1; i < parts; ++i)
    partial.push_back({Matrix::Zero(gradients.W_xh.rows(), gradients.W_xh.cols()),
                       Matrix::Zero(gradients.W_hh.rows(), gradients.W_hh.cols()),
                       Vector::Zero(gradients.b_h.size()), Matrix(), Vector()});
  parallel::for_each(parts, [&](Index i) {
    const Index first = columns * i / parts, end = columns * (i + 1) / parts;
    add_range(model, batch, trace, delta.data(), {first, end - first},
              i == 0 ? gradients : partial[static_cast<std::size_t>(i - 1)]);
  });
  for (const model::Parameters& part : partial) {
    gradients.W_xh += part.W_xh;
    gradients.W_hh += part.W_hh;
    gradients.b_h += part.b_h;
  }
}

Matrix recurrent_gradient(const model::Model& model, const model::Trace& trace, Index k,
                          const Eigen::Ref<const Matrix>& delta) {
  const CellLayout& layout = model::layout_of(model);
  const Index n = model.parameters.hidden_size();
  Matrix gradient = Matrix::Zero(layout.gate_count() * n, n);
  for (const model::GateUse& gate : layout.gates) {
    const Index g = &gate - layout.gates.data();
    const auto own = delta.middleRows(gate.delta_block * n, n);
    if (gate.input_block == GateUse::kPreviousState)
      gradient.middleRows(g * n, n).noalias() = own * trace.h.step(k - 1).transpose();
    else
      gradient.middleRows(g * n, n).noalias() =
          own * trace.a.step(k).middleRows(gate.input_block * n, n).transpose();
  }
  return gradient;
}

}  // namespace backflow::gradient
