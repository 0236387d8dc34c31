// A recurrent cell: how the state at step t follows from the state at t − 1 and the input.
//
// All cells share one form. W_xh (G·n, d) and W_hh (G·n, n) hold G gates of n rows one below the
// other, b_h a bias for each block of pre-activations, in PyTorch's order of gates. The state is h,
// for some cells h above c: S blocks of n rows, (S·n, B). What a step computes before its
// activations is kept in blocks of n rows as well (Trace::a); everything else is computed from it
// again when needed, which is cheaper than to keep it.
//
// A cell is a set of pure functions of one step and any number of columns. Columns may be sequences
// of one step or the sequences of many steps: nothing mixes them. All that the
// mathematics and the pictures know of a cell they ask Cell and CellLayout: a new one is one file
// with a class derived from Cell, and one line in cell_list.h.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "core/model/activation.h"
#include "core/model/cell_list.h"
#include "core/model/enum_names.h"
#include "core/model/matrix_product.h"
#include "core/model/parameters.h"

namespace backflow::model {

#define BACKFLOW_CELL(kind, name, title) kind,
enum class CellKind { BACKFLOW_CELLS(BACKFLOW_CELL) };
#undef BACKFLOW_CELL

template <>
struct EnumNames<CellKind> {
#define BACKFLOW_CELL(kind, name, title) EnumName<CellKind>{CellKind::kind, name, title},
  static constexpr auto kAll = std::to_array({BACKFLOW_CELLS(BACKFLOW_CELL)});
#undef BACKFLOW_CELL
};

/// One gate's use of W_hh: ∂L/∂W_hh of its rows is Σ δ_block inputᵀ.
struct GateUse {
  static constexpr Index kPreviousState = -1;
  std::string_view name;     ///< "input", "reset", …
  char letter;               ///< of its value in formulas: 'i', 'r', …; 'h' of the vanilla cell
  std::string_view purpose;  ///< what it does where it is 1; empty for the new state's
  Index delta_block;         ///< the block of δ that belongs to the gate's recurrent product
  Index input_block;     ///< kPreviousState for h_{t−1}, else the block of Trace::a it multiplies
  bool forgets = false;  ///< its bias starts at WeightInit::forget_bias, the others' at 0
};

/// How many blocks of n rows each thing has. What people read (purpose, formula) is in the markup
/// of the figures: "h_{t} = z_{t} ⊙ h_{t−1}".
struct CellLayout {
  std::span<const GateUse> gates;  ///< G of them: rows of W_xh and W_hh
  Index a_blocks;                  ///< rows of Trace::a
  Index delta_blocks;  ///< rows of δ and of b_h: δ_j = ∂L/∂(b_h)_j for each column
  Index states;        ///< S: 1, or 2 for h and c
  /// The gate, and the block of Trace::a, that make the new state: what goes through the network's
  /// activation.
  Index new_state_block;
  std::string_view formula;  ///< of the state, without its gates' own

  Index gate_count() const { return static_cast<Index>(gates.size()); }
  bool has_c() const { return states == 2; }
};

/// Gates whose blocks of δ follow each other and that multiply the same input: one product.
struct GateRun {
  Index first, count;
};

/// The gates in as few runs as there are.
std::vector<GateRun> gate_runs(const CellLayout& layout);

/// W_hh, and what is added to its products, as the cells multiply by them: rearranged once for a
/// whole pass. `first` and `count` name gates, which must be a whole run; x_t is (d, B), h and y
/// have n rows for each state or gate. Refers to the parameters.
class ForwardWeights {
public:
  ForwardWeights(const Parameters& p, const CellLayout& layout);

  /// a (count·n, B) = b_h + W_xh x + W_hh h of the gates.
  void pre_activations(Index first, Index count, const ConstRef& x, const ConstRef& h,
                       MutableRef a) const;
  /// The same in two parts, where W_hh h has a block and a bias of its own: b_h + W_xh x, and
  /// b_h + W_hh h.
  void input_part(Index first, Index count, const ConstRef& x, MutableRef a) const;
  void recurrent_part(Index first, Index count, const ConstRef& h, MutableRef a) const;
  /// y = W_hh v of the gates.
  void recurrent(Index first, Index count, const ConstRef& v, MutableRef y) const;
  /// W_hh of the gates.
  const PackedMatrix& recurrent_matrix(Index first, Index count) const;

private:
  struct Run {
    GateRun gates;
    Index recurrent_block;  // the block of b_h that belongs to W_hh h
    PackedMatrix W_xh, W_hh;
  };
  const Run& run(Index first, Index count) const;
  const Parameters& parameters_;
  std::vector<Run> runs_;
};

/// W_hhᵀ and W_hyᵀ in the same way.
class BackwardWeights {
public:
  BackwardWeights(const Parameters& p, const CellLayout& layout);

  /// The gates' share of a vector-Jacobian product: δ (count·n, B).
  struct Share {
    Index first, count;
    ConstRef delta;
  };
  /// e (n, B) = W_hyᵀ dz + Σ W_hhᵀ δ over the shares, three at most; dz (m, B), or no rows for
  /// none.
  void blame(const ConstRef& dz, std::initializer_list<Share> shares, MutableRef e) const;
  /// e += the same.
  void add_blame(const ConstRef& dz, std::initializer_list<Share> shares, MutableRef e) const;
  /// W_hhᵀ of the gates.
  const PackedMatrix& recurrent_matrix(Index first, Index count) const;

private:
  struct Products {
    std::array<PackedProduct, 4> all;
    std::size_t count = 0;
    std::span<const PackedProduct> span() const { return {all.data(), count}; }
  };
  Products products(const ConstRef& dz, std::initializer_list<Share> shares) const;

  struct Run {
    GateRun gates;
    PackedMatrix W_hh_transposed;
  };
  std::vector<Run> runs_;
  PackedMatrix W_hy_transposed_;
};

/// One step of some columns, as the forward pass left it. The references to c have no rows for a
/// cell with one state.
struct CellStep {
  ConstRef a;         ///< (a_blocks·n, B)
  ConstRef h_before;  ///< h_{t−1} (n, B)
  ConstRef c_before;  ///< c_{t−1} (n, B)
  ConstRef h;         ///< h_t (n, B)
  ConstRef c;         ///< c_t (n, B)
};

class Cell {
public:
  virtual ~Cell() = default;
  virtual const CellLayout& layout() const = 0;

  /// The forward pass of one step: a, h and c from x_t (d, B) and the state before.
  virtual void forward(const Activation& f, const ForwardWeights& W, const ConstRef& x,
                       const ConstRef& h_before, const ConstRef& c_before, MutableRef a,
                       MutableRef h, MutableRef c) const = 0;

  /// Vector-Jacobian product, the step of BPTT. From u = ∂L/∂h_t (n, B) and u_c = ∂L/∂c_t with h_t
  /// held computes δ (delta_blocks·n, B) and
  ///     [u_before; u_c_before] = (∂state_t/∂state_{t−1})ᵀ [u; u_c] + [W_hyᵀ dz_before; 0]
  /// with dz_before = ∂L/∂z_{t−1} (m, B), or no rows where that step has no loss. Those of c have
  /// no rows for a cell with one state.
  virtual void vjp(const Activation& f, const BackwardWeights& W, const CellStep& step,
                   const ConstRef& u, const ConstRef& u_c, const ConstRef& dz_before,
                   MutableRef delta, MutableRef u_before, MutableRef u_c_before) const = 0;
  /// The product alone, with both states stacked: u and u_before (S·n, B).
  void vjp(const Activation& f, const BackwardWeights& W, const CellStep& step, const ConstRef& u,
           MutableRef delta, MutableRef u_before) const;

  /// Whether there are loops over all steps with that activation, for where a step may take less
  /// time than what lies between two calls.
  virtual bool has_loops(const Activation&) const { return false; }
  /// forward() of all steps of a batch: x as in Batch; Trace's a and h.
  virtual void forward_steps(const ForwardWeights&, const StepMatrices& /*x*/, StepMatrices& /*a*/,
                             StepMatrices& /*h*/) const {}
  /// vjp() of all steps: Trace's a and h, ErrorSignals' e and delta; e holds W_hyᵀ dz of each step.
  virtual void vjp_steps(const BackwardWeights&, const StepMatrices& /*a*/,
                         const StepMatrices& /*h*/, StepMatrices& /*e*/,
                         StepMatrices& /*delta*/) const {}

  /// Jacobian-vector product: v_after = (∂state_t/∂state_{t−1}) v, both (S·n, B).
  virtual void jvp(const Activation& f, const ForwardWeights& W, const CellStep& step,
                   const ConstRef& v, MutableRef v_after) const = 0;

  /// ∂state_t/∂state_{t−1} (S·n, S·n) of one sequence: `step` has one column.
  virtual Matrix jacobian(const Activation& f, const Parameters& p, const CellStep& step) const = 0;

  /// The change of what a gate multiplies (GateUse::input_block) when h_{t−1} changes by v; both
  /// (n, B). `room` is memory for the answer, which is v itself where the gate multiplies h_{t−1}.
  virtual ConstRef change_of_input(const GateUse& gate, const Parameters& p, const CellStep& step,
                                   const ConstRef& v, Matrix& room) const;
};

/// The one object of each kind.
const Cell& cell_of(CellKind kind);
#define BACKFLOW_CELL(kind, name, title) const Cell& kind##_cell();
BACKFLOW_CELLS(BACKFLOW_CELL)
#undef BACKFLOW_CELL

/// Calls work(first, count) for the columns 0..cols − 1 in blocks whose (rows, count) temporaries
/// stay in the nearest cache.
template <class Work>
void for_column_blocks(Index rows, Index cols, const Work& work) {
  constexpr Index kNumbers = 256;
  const Index count = std::max<Index>(1, kNumbers / rows);
  for (Index first = 0; first < cols; first += count) work(first, std::min(count, cols - first));
}

/// Room for temporaries of a step, kept by each thread: (rows, cols), contents undefined. `slot`
/// tells apart those that are in use at the same time, 0 … 7.
Eigen::Map<Matrix> scratch(Index slot, Index rows, Index cols);

}  // namespace backflow::model
