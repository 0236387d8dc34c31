#include "core/gradient/estimated_norms.h"

#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "core/gradient/step_grid.h"
#include "core/model/random.h"
#include "core/parallel/parallel.h"

namespace backflow::gradient {
namespace {

using model::CellStep;
using model::Index;
using model::Matrix;
using model::Vector;

constexpr double kZero = -std::numeric_limits<double>::infinity();

// A vector's direction, and its length as a logarithm.
struct Sent {
  Vector direction;
  double log10_length = kZero;
};

// Vectors side by side on their way through the steps, each a column times 10^log10, with the nodes
// from which and to which it goes.
class Travellers {
public:
  struct Ticket {
    Index from, to;
    double log10;
  };

  Travellers(Index rows, Index most) : now_(rows, most), after_(rows, most) {}

  Index count() const { return static_cast<Index>(tickets_.size()); }
  const Ticket& ticket(Index i) const { return tickets_[static_cast<std::size_t>(i)]; }
  auto column(Index i) const { return now_.col(i); }

  void add(const Ticket& ticket, const Eigen::Ref<const Vector>& vector) {
    now_.col(count()) = vector;
    tickets_.push_back(ticket);
  }

  /// move(before, after) is the way through one step, (rows, count()) both.
  template <class Move>
  void go(const Move& move) {
    if (count() == 0) return;
    move(now_.leftCols(count()), after_.leftCols(count()));
    now_.swap(after_);
    for (Index i = 0; i < count(); ++i) {
      const double length = now_.col(i).norm();
      if (length == 0.0 || !std::isfinite(length) || (length > 1e-30 && length < 1e30)) continue;
      now_.col(i) /= length;
      tickets_[static_cast<std::size_t>(i)].log10 += std::log10(length);
    }
  }

  /// Those to that node leave.
  void leave(Index node) {
    Index kept = 0;
    for (Index i = 0; i < count(); ++i) {
      if (ticket(i).to == node) continue;
      if (kept != i) now_.col(kept) = now_.col(i);
      tickets_[static_cast<std::size_t>(kept++)] = ticket(i);
    }
    tickets_.resize(static_cast<std::size_t>(kept));
  }

private:
  Matrix now_, after_;
  std::vector<Ticket> tickets_;
};

// One step of the sequence for any number of vectors: each needs a column of its own.
class RepeatedStep {
public:
  CellStep of(const CellStep& one, Index count) {
    a_ = one.a.replicate(1, count);
    h_before_ = one.h_before.replicate(1, count);
    c_before_ = one.c_before.replicate(1, count);
    h_ = one.h.replicate(1, count);
    c_ = one.c.replicate(1, count);
    return {a_, h_before_, c_before_, h_, c_};
  }

private:
  Matrix a_, h_before_, c_before_, h_, c_;
};

class Estimate {
public:
  Estimate(const model::Model& model, const model::Trace& trace, Index sequence,
           const MappedBlock& block, MatrixNorm norm, const StepGrid& grid,
           const CancelFunction& cancelled, TriangularMap& at_nodes)
      : model_(model),
        trace_(trace),
        sequence_(sequence),
        part_(block.range),
        norm_(norm),
        grid_(grid),
        cancelled_(cancelled),
        at_nodes_(at_nodes),
        layout_(model::layout_of(model)),
        rows_(layout_.states * model.parameters.hidden_size()),
        back_weights_(model.parameters, layout_),
        forward_weights_(model.parameters, layout_) {}

  // False when cancelled. Two parts, for two cores: each reads all weights once for each step, so
  // that more of them would wait for memory.
  bool run() {
    const Index nodes = grid_.last();
    if (norm_ == MatrixNorm::spectral)
      sent_.resize(static_cast<std::size_t>((nodes + 1) * (nodes + 1)));
    parallel::for_each(kParts, [this](Index part) { send_back(part); });
    if (norm_ == MatrixNorm::spectral)
      parallel::for_each(kParts, [this](Index part) { send_forward(part); });
    return !stopped_;
  }

private:
  static constexpr Index kParts = 2;

  bool stop() {
    if (cancelled_ && cancelled_()) stopped_ = true;
    return stopped_;
  }

  Sent& sent(Index to, Index from) {
    return sent_[static_cast<std::size_t>(to * (grid_.last() + 1) + from)];
  }

  auto part_of(const Eigen::Ref<const Vector>& v) const {
    return v.segment(part_.first, part_.count);
  }

  // uᵀ from every node of the part to all nodes before it.
  void send_back(Index part) {
    const Index nodes = grid_.last(), each = norm_ == MatrixNorm::spectral ? 1 : kVectors;
    Travellers vectors(rows_, (nodes / kParts + 1) * each);
    RepeatedStep repeated;
    Matrix delta;
    for (Index node = nodes; node > 0; --node) {
      if (node % kParts == part) start(node, each, vectors);
      for (Index t = grid_.step(node); t > grid_.step(node - 1); --t) {
        if (stop()) return;
        vectors.go([&](const model::ConstRef& u, model::MutableRef before) {
          delta.resize(layout_.delta_blocks * model_.parameters.hidden_size(), u.cols());
          model::cell_of(model_.cell)
              .vjp(model_.activation, back_weights_,
                   repeated.of(trace_.step(t, sequence_, 1), u.cols()), u, delta, before);
        });
      }
      arrive(node - 1, vectors, each);
    }
  }

  void start(Index node, Index each, Travellers& vectors) const {
    model::Random random(20, static_cast<std::uint64_t>(node));
    for (Index i = 0; i < each; ++i) {
      Vector u = Vector::Zero(rows_);
      for (Index row = 0; row < part_.count; ++row) u[part_.first + row] = random.normal();
      vectors.add({node, -1, 0.0}, u);
    }
  }

  // What has come back to a node; the vectors go on.
  void arrive(Index node, const Travellers& vectors, Index each) {
    for (Index i = 0; i < vectors.count(); i += each) {
      const Index from = vectors.ticket(i).from;
      if (norm_ == MatrixNorm::spectral) {
        const double length = part_of(vectors.column(i)).norm();
        Sent& back = sent(from, node);
        back.log10_length = std::log10(length);
        back.direction = Vector::Zero(rows_);
        back.direction.segment(part_.first, part_.count) = part_of(vectors.column(i)) / length;
      } else {
        at_nodes_.at(from, node) = mean_length(vectors, i, each);
      }
    }
  }

  // log10 of the root of the mean square, of `each` vectors from the first on.
  double mean_length(const Travellers& vectors, Index first, Index each) const {
    double largest = kZero;
    for (Index i = first; i < first + each; ++i)
      largest = std::max(largest, vectors.ticket(i).log10);
    double sum = 0.0;
    for (Index i = first; i < first + each; ++i)
      sum += part_of(vectors.column(i)).squaredNorm() *
             std::pow(10.0, 2.0 * (vectors.ticket(i).log10 - largest));
    return 0.5 * std::log10(sum / static_cast<double>(each)) + largest;
  }

  // From every node of the part what came back to it, to where it came from.
  void send_forward(Index part) {
    const Index nodes = grid_.last();
    // After m nodes there are at most m/2 + 1 of the part behind, each with N − m vectors.
    Travellers vectors(rows_, (nodes + 2) * (nodes + 2) / (4 * kParts) + 1);
    RepeatedStep repeated;
    for (Index node = 0; node < nodes; ++node) {
      if (node % kParts == part) turn_round(node, vectors);
      for (Index t = grid_.step(node) + 1; t <= grid_.step(node + 1); ++t) {
        if (stop()) return;
        vectors.go([&](const model::ConstRef& v, model::MutableRef after) {
          model::cell_of(model_.cell)
              .jvp(model_.activation, forward_weights_,
                   repeated.of(trace_.step(t, sequence_, 1), v.cols()), v, after);
        });
      }
      for (Index i = 0; i < vectors.count(); ++i) {
        const Travellers::Ticket& ticket = vectors.ticket(i);
        if (ticket.to == node + 1)
          at_nodes_.at(ticket.to, ticket.from) =
              std::log10(part_of(vectors.column(i)).norm()) + ticket.log10;
      }
      vectors.leave(node + 1);
    }
  }

  void turn_round(Index node, Travellers& vectors) {
    for (Index to = node + 1; to <= grid_.last(); ++to) {
      const Sent& back = sent(to, node);
      if (std::isfinite(back.log10_length))
        vectors.add({node, to, 0.0}, back.direction);
      else
        at_nodes_.at(to, node) = back.log10_length;
    }
  }

  const model::Model& model_;
  const model::Trace& trace_;
  Index sequence_;
  BlockRange part_;
  MatrixNorm norm_;
  const StepGrid& grid_;
  const CancelFunction& cancelled_;
  TriangularMap& at_nodes_;
  const model::CellLayout& layout_;
  Index rows_;
  model::BackwardWeights back_weights_;
  model::ForwardWeights forward_weights_;
  std::vector<Sent> sent_;
  std::atomic<bool> stopped_ = false;
};

}  // namespace

double estimation_cost(const model::Model& model, Index steps, MatrixNorm norm, Index nodes) {
  const auto n = static_cast<double>(model.parameters.hidden_size());
  const auto gates = static_cast<double>(model::layout_of(model).gate_count());
  const auto N = static_cast<double>(nodes);
  const double vectors =
      norm == MatrixNorm::spectral ? N / 2.0 + N * N / 6.0 : static_cast<double>(kVectors) * N / 2.0;
  // A product with a vector or two is slower than their number says.
  return 2.0 * gates * n * n * static_cast<double>(steps) * (vectors + 8.0);
}

std::optional<JacobianNorms> estimated_jacobian_norms(const model::Model& model,
                                                      const model::Trace& trace, Index sequence,
                                                      MatrixNorm norm, Index stride,
                                                      const CancelFunction& cancelled,
                                                      StateBlock block) {
  const Index T = trace.length(sequence);
  const MappedBlock mapped = mapped_block(model, norm, block);
  const StepGrid grid(T, stride);
  TriangularMap at_nodes(grid.last(), mapped.log10_identity);
  if (!Estimate(model, trace, sequence, mapped, norm, grid, cancelled, at_nodes).run())
    return std::nullopt;
  JacobianNorms result{norm,
                       sequence,
                       mapped.block,
                       model.parameters.hidden_size(),
                       TriangularMap(T, mapped.log10_identity),
                       stride,
                       true};
  grid.interpolate(at_nodes, result.log10_norm);
  return result;
}

}  // namespace backflow::gradient
