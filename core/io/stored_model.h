// Networks as PyTorch stores them: the tensors of torch.nn.RNN, GRU and LSTM by their names.
//   PREFIX.weight_ih_lK  (G·n, d)         W_xh of layer K, from 0; _reverse behind: the other way
//   PREFIX.weight_hh_lK  (G·n, n)         W_hh
//   PREFIX.bias_ih_lK, bias_hh_lK  (G·n)  both may be missing
//   READOUT.weight (m, n), .bias (m)      an nn.Linear on the last layer's h
//
// The order of the gates is ours (core/model/cell.h). Where a cell has one bias for each gate, it
// is the sum of the two; a GRU's new state has its own for the recurrent part. The single cells
// RNNCell, GRUCell and LSTMCell, whose names have no _lK, are read as one layer. Which cell it is
// follows from G = 1, 3, 4; whether an RNN has tanh or ReLU no file says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/tensor_file.h"
#include "core/model/network.h"

namespace backflow::io {

/// One layer: parameters whose read-out is empty (0 rows).
struct StoredLayer {
  model::Parameters forward;
  std::optional<model::Parameters> backward;  ///< of a bidirectional one
};

struct StoredModel {
  model::CellKind cell = model::CellKind::rnn;
  NumberType type = NumberType::float32;  ///< of the last layer's weight_hh
  std::string prefix;                     ///< what stands before "weight_hh_l0": "rnn."
  bool numbered = true;                   ///< names have _lK
  std::vector<std::string> prefixes;      ///< of all recurrent networks in the file, in its order
  std::vector<StoredLayer> layers;        ///< from the inputs on
  std::string readout;                    ///< its name: "fc"; empty when there is none
  model::Matrix W_hy;                     ///< (m, n); no rows when there is none
  model::Vector b_y;                      ///< (m)
  /// What a person should know: numbers that are not finite, a read-out that was left out.
  std::vector<std::string> notes;

  model::Index input_size() const { return layers.front().forward.input_size(); }
  model::Index hidden_size() const { return layers.front().forward.hidden_size(); }
  bool bidirectional() const { return layers.front().backward.has_value(); }
};

struct ModelChoice {
  std::string prefix;       ///< as choice_of() has it, or whole; needed when there are several
  std::string readout;      ///< name of the nn.Linear; empty: the only one that can be it
  bool take_first = false;  ///< of several networks the first, where there is no prefix
};

/// Returns an empty string, or what is wrong, to be read after the file's name; `stored` is
/// unchanged then.
std::string read_stored_model(const TensorFile& file, const ModelChoice& choice,
                              StoredModel& stored);

/// The prefixes of all recurrent networks in the file, in its order: "rnn.", or "" where nothing
/// stands before "weight_hh_l0".
std::vector<std::string> model_prefixes(const TensorFile& file);

/// What people choose such a prefix with: "rnn", or "." for the empty one.
std::string choice_of(const std::string& prefix);

/// Whether a tensor of that name belongs to a recurrent network ("rnn.weight_hh_l0").
bool is_recurrent(std::string_view tensor);

/// Where a layer that is to be saved belongs.
struct StoredPlace {
  std::string prefix = "rnn.";
  bool numbered = true;
  model::Index layer = 0;  ///< from 0
  bool backward = false;
  std::string readout = "fc";
};

/// The network's tensors under PyTorch's names as the contents of a safetensors file; bias_hh is 0
/// where there is one bias only. The other layers, and the read-out of another than the last, are
/// those of `rest`, unless it is null. Returns an empty string, or one sentence when PyTorch has no
/// such cell.
std::string write_stored_model(const model::Model& model, const StoredPlace& place,
                               const StoredModel* rest, NumberType type, std::string& bytes);

}  // namespace backflow::io
