// The recurrent network once more, from the formulas of core/README.md, as plain loops over numbers
// of any type: no Eigen, no code of core/. Slow, short, and the judge of the fast one.
#pragma once

#include <cmath>
#include <vector>

#include "core/gradient/truncation.h"
#include "core/model/network.h"
#include "tests/support/dual.h"

namespace backflow::support {

template <class N>
using Vec = std::vector<N>;

template <class N>
struct ReferenceRnn {
  const model::Model& model;
  const model::Batch& batch;
  // Parameters as numbers of type N, entry (i, j) at i · cols + j.
  Vec<N> W_xh, W_hh, b_h, W_hy, b_y;
  /// Added to the state at step t of one sequence, to differentiate by it; units from n on are of
  /// an LSTM's c.
  model::Index nudge_step = -1, nudge_sequence = 0, nudge_unit = 0;
  N nudge = N(0.0);
  gradient::Truncation truncation;

  ReferenceRnn(const model::Model& m, const model::Batch& b) : model(m), batch(b) {
    const auto copy = [](const model::Matrix& matrix) {
      Vec<N> out;
      for (model::Index i = 0; i < matrix.rows(); ++i)
        for (model::Index j = 0; j < matrix.cols(); ++j) out.push_back(N(matrix(i, j)));
      return out;
    };
    W_xh = copy(m.parameters.W_xh);
    W_hh = copy(m.parameters.W_hh);
    b_h = copy(m.parameters.b_h);
    W_hy = copy(m.parameters.W_hy);
    b_y = copy(m.parameters.b_y);
  }

  static long double value(long double x) { return x; }
  static long double value(Dual x) { return x.v; }

  N activation(N a) const {
    using std::exp, std::tanh;
    switch (model.activation.kind) {
      case model::ActivationKind::tanh:
        return tanh(a);
      case model::ActivationKind::sigmoid:
        return N(1.0) / (N(1.0) + exp(N(0.0) - a));
      case model::ActivationKind::relu:
        return value(a) > 0.0 ? a : N(0.0);
      case model::ActivationKind::leaky_relu:
        return value(a) > 0.0 ? a : N(model.activation.leaky_slope) * a;
      case model::ActivationKind::identity:
        return a;
    }
    return a;
  }

  /// States of one sequence, [t][unit] for t = 0..T; h above c for an LSTM.
  Vec<Vec<N>> states(model::Index s) const {
    Vec<Vec<N>> all(1);
    for (model::Index i = 0; i < batch.initial_state.rows(); ++i)
      all[0].push_back(N(batch.initial_state(i, s)));
    add_nudge(all[0], 0, s);
    for (model::Index t = 1; t <= batch.steps(); ++t) {
      Vec<N> next = t <= batch.length(s) ? step(all.back(), t, s) : all.back();
      add_nudge(next, t, s);
      all.push_back(std::move(next));
    }
    return all;
  }

  /// Hidden states of one sequence, h[t][unit] for t = 0..T.
  Vec<Vec<N>> hidden(model::Index s) const {
    Vec<Vec<N>> all = states(s);
    for (Vec<N>& state : all) state.resize(size());
    return all;
  }

  /// The total loss L: mean over the batch, sum over the steps with a target. Where the truncation
  /// cuts a loss off from a state, that state is a constant.
  N loss() const {
    N total = N(0.0);
    for (model::Index s = 0; s < batch.size(); ++s) {
      const Vec<Vec<N>> all = states(s);
      for (model::Index t = 1; t <= batch.steps(); ++t) {
        if (batch.weight(t, s) == 0.0) continue;
        const model::Index first = truncation.earliest(t);
        Vec<N> state = all[static_cast<std::size_t>(first == 1 ? t : first - 1)];
        if (first > 1) {
          for (N& x : state) x = N(value(x));
          for (model::Index k = first; k <= t; ++k) {
            if (k <= batch.length(s)) state = step(state, k, s);
            add_nudge(state, k, s);
          }
        }
        state.resize(size());
        total = total + N(batch.weight(t, s)) * step_loss(logits(state), t, s);
      }
    }
    return total / N(static_cast<double>(batch.size()));
  }

private:
  std::size_t size() const { return static_cast<std::size_t>(model.parameters.hidden_size()); }

  static N sigmoid(N a) {
    using std::exp;
    return N(1.0) / (N(1.0) + exp(N(0.0) - a));
  }

  // Row `row` of W_xh x_t, and of W_hh v.
  N input(std::size_t row, model::Index t, model::Index s) const {
    const auto d = static_cast<std::size_t>(model.parameters.input_size());
    N sum = N(0.0);
    for (std::size_t j = 0; j < d; ++j)
      sum = sum + W_xh[row * d + j] * N(batch.inputs.step(t)(static_cast<model::Index>(j), s));
    return sum;
  }
  N recurrent(std::size_t row, const Vec<N>& v) const {
    N sum = N(0.0);
    for (std::size_t j = 0; j < size(); ++j) sum = sum + W_hh[row * size() + j] * v[j];
    return sum;
  }

  Vec<N> step(const Vec<N>& before, model::Index t, model::Index s) const {
    const std::size_t n = size();
    // Pre-activation of gate g, unit i, when the recurrent product is with v.
    const auto a = [&](std::size_t g, std::size_t i, const Vec<N>& v) {
      return input(g * n + i, t, s) + b_h[g * n + i] + recurrent(g * n + i, v);
    };
    Vec<N> next(before.size());
    switch (model.cell) {
      case model::CellKind::rnn:
        for (std::size_t i = 0; i < n; ++i) next[i] = activation(a(0, i, before));
        break;
      case model::CellKind::lstm:
        for (std::size_t i = 0; i < n; ++i) {
          const N c = sigmoid(a(1, i, before)) * before[n + i] +
                      sigmoid(a(0, i, before)) * activation(a(2, i, before));
          next[n + i] = c;
          next[i] = sigmoid(a(3, i, before)) * activation(c);
        }
        break;
      case model::CellKind::gru:
      case model::CellKind::gru_original: {
        Vec<N> reset(n);
        for (std::size_t i = 0; i < n; ++i) reset[i] = sigmoid(a(0, i, before)) * before[i];
        for (std::size_t i = 0; i < n; ++i) {
          const N z = sigmoid(a(1, i, before));
          const N candidate =
              model.cell == model::CellKind::gru_original
                  ? a(2, i, reset)
                  : input(2 * n + i, t, s) + b_h[2 * n + i] +
                        sigmoid(a(0, i, before)) * (recurrent(2 * n + i, before) + b_h[3 * n + i]);
          next[i] = (N(1.0) - z) * activation(candidate) + z * before[i];
        }
        break;
      }
    }
    return next;
  }

  void add_nudge(Vec<N>& h, model::Index t, model::Index s) const {
    if (t == nudge_step && s == nudge_sequence) {
      auto& unit = h[static_cast<std::size_t>(nudge_unit)];
      unit = unit + nudge;
    }
  }

  Vec<N> logits(const Vec<N>& h) const {
    Vec<N> z;
    for (std::size_t i = 0; i < b_y.size(); ++i) {
      N sum = b_y[i];
      for (std::size_t j = 0; j < h.size(); ++j) sum = sum + W_hy[i * h.size() + j] * h[j];
      z.push_back(sum);
    }
    return z;
  }

  Vec<N> readout(const Vec<N>& z) const {
    using std::exp;
    Vec<N> y;
    N sum = N(0.0);
    for (const N& value_of : z) sum = sum + exp(value_of);
    for (const N& v : z) switch (model.readout) {
        case model::Readout::identity:
          y.push_back(v);
          break;
        case model::Readout::relu:
          y.push_back(value(v) > 0.0 ? v : N(0.0));
          break;
        case model::Readout::sigmoid:
          y.push_back(N(1.0) / (N(1.0) + exp(N(0.0) - v)));
          break;
        case model::Readout::softmax:
          y.push_back(exp(v) / sum);
          break;
      }
    return y;
  }

  // The losses as written in textbooks, unfused.
  N step_loss(const Vec<N>& z, model::Index t, model::Index s) const {
    using std::log;
    const Vec<N> y_hat = readout(z);
    const double m = static_cast<double>(z.size());
    N sum = N(0.0);
    for (std::size_t i = 0; i < z.size(); ++i) {
      const N y = N(batch.targets.step(t)(static_cast<model::Index>(i), s));
      switch (model.loss) {
        case model::Loss::mean_squared_error:
          sum = sum + (y_hat[i] - y) * (y_hat[i] - y) / N(m);
          break;
        case model::Loss::binary_cross_entropy:
          sum = sum - (y * log(y_hat[i]) + (N(1.0) - y) * log(N(1.0) - y_hat[i])) / N(m);
          break;
        case model::Loss::categorical_cross_entropy:
          sum = sum - y * log(y_hat[i]);
          break;
      }
    }
    return sum;
  }
};

/// ∂L/∂θ by forward-mode differentiation, one entry after the other.
inline model::Parameters forward_mode_gradient(const model::Model& model, const model::Batch& batch,
                                               const gradient::Truncation& truncation = {}) {
  ReferenceRnn<Dual> reference(model, batch);
  reference.truncation = truncation;
  model::Parameters gradient = model::zeros_like(model.parameters);
  Vec<Dual>* seeds[] = {&reference.W_xh, &reference.W_hh, &reference.b_h, &reference.W_hy,
                        &reference.b_y};
  std::size_t i = 0;
  for (auto& tensor : model::tensors(gradient)) {
    Vec<Dual>& seed = *seeds[i++];
    for (model::Index row = 0; row < tensor.rows(); ++row)
      for (model::Index col = 0; col < tensor.cols(); ++col) {
        Dual& entry = seed[static_cast<std::size_t>(row * tensor.cols() + col)];
        entry.d = 1.0L;
        tensor(row, col) = static_cast<double>(reference.loss().d);
        entry.d = 0.0L;
      }
  }
  return gradient;
}

}  // namespace backflow::support
