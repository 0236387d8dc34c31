#include "core/io/stored_model.h"

#include <algorithm>
#include <charconv>
#include <list>
#include <string_view>
#include <utility>

#include "core/io/safetensors.h"

namespace backflow::io {
namespace {

using model::Index;
using model::Matrix;
using model::Parameters;
using model::Vector;

constexpr std::string_view kRecurrent = "weight_hh";

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// "rnn.weight_hh_l1_reverse" taken apart.
struct Place {
  std::string prefix;
  Index layer = 0;
  bool numbered = false, backward = false;
};

std::optional<Place> place_of(std::string_view name) {
  const std::size_t at = name.rfind(kRecurrent);
  if (at == std::string_view::npos || (at > 0 && name[at - 1] != '.')) return std::nullopt;
  Place place{.prefix = std::string(name.substr(0, at))};
  std::string_view rest = name.substr(at + kRecurrent.size());
  if (rest.empty()) return place;
  if (!rest.starts_with("_l")) return std::nullopt;
  rest.remove_prefix(2);
  place.numbered = true;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), place.layer);
  if (error != std::errc() || place.layer < 0) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  place.backward = rest == "_reverse";
  if (!rest.empty() && !place.backward) return std::nullopt;
  return place;
}

std::string suffix(bool numbered, Index layer, bool backward) {
  if (!numbered) return {};
  return "_l" + std::to_string(layer) + (backward ? "_reverse" : "");
}

std::vector<std::uint64_t> shape_of(Index rows, Index cols = -1) {
  std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(rows)};
  if (cols >= 0) shape.push_back(static_cast<std::uint64_t>(cols));
  return shape;
}

// Which cell has that many gates.
std::optional<model::CellKind> cell_with(std::uint64_t gates) {
  if (gates == 1) return model::CellKind::rnn;
  if (gates == 3) return model::CellKind::gru;
  if (gates == 4) return model::CellKind::lstm;
  return std::nullopt;
}

// Reads the tensors of one network.
class Reader {
public:
  Reader(const TensorFile& file, StoredModel& stored) : file_(file), stored_(stored) {}

  std::string read_layers();
  std::string read_readout(const std::string& asked);

private:
  std::string read(const std::string& name, const std::vector<std::uint64_t>& shape,
                   Matrix& values);
  std::string read_bias(const std::string& of, Parameters& p);
  std::string read_direction(Index layer, bool backward, Parameters& p);
  std::string check_readout(const TensorInfo& weight) const;
  std::vector<const TensorInfo*> possible_readouts() const;
  bool feeds_another(const TensorInfo& weight) const;

  const TensorFile& file_;
  StoredModel& stored_;
  Index gates_ = 1, n_ = 0, d_ = 0;  // of the first layer, forward
};

// A matrix (rows, cols), or a vector as a column.
std::string Reader::read(const std::string& name, const std::vector<std::uint64_t>& shape,
                         Matrix& values) {
  const TensorInfo* info = file_.find(name);
  if (info == nullptr) return "has no tensor " + quoted(name);
  if (info->shape != shape)
    return "has the tensor " + quoted(name) + " of shape " + shape_text(info->shape) + ", where " +
           shape_text(shape) + " is needed";
  std::vector<double> numbers;
  if (std::string error = file_.values(*info, numbers); !error.empty()) return error;
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<Index>(shape[0]);
  const Index cols = shape.size() > 1 ? static_cast<Index>(shape[1]) : 1;
  values = Eigen::Map<const RowMajor>(numbers.data(), rows, cols);
  const NonFinite bad = find_non_finite(shape, numbers);
  if (bad.count == 0) return {};
  stored_.notes.push_back(quoted(name) + " has " + std::to_string(bad.count) +
                          (bad.count == 1 ? " number" : " numbers") +
                          " not finite, the first in row " + std::to_string(bad.first[0] + 1) +
                          (shape.size() > 1 ? ", column " + std::to_string(bad.first[1] + 1) : ""));
  return {};
}

std::string Reader::read_bias(const std::string& of, Parameters& p) {
  const Index n = p.hidden_size(), rows = p.W_hh.rows();
  const std::string ih = stored_.prefix + "bias_ih" + of, hh = stored_.prefix + "bias_hh" + of;
  const model::CellLayout& layout = model::cell_of(stored_.cell).layout();
  p.b_h = Vector::Zero(layout.delta_blocks * n);
  if (file_.find(ih) == nullptr && file_.find(hh) == nullptr) return {};
  Matrix from_input, from_state;
  std::string error = read(ih, shape_of(rows), from_input);
  if (error.empty()) error = read(hh, shape_of(rows), from_state);
  if (!error.empty()) return error;
  p.b_h.head(rows) = from_input;
  if (layout.delta_blocks * n == rows) {
    p.b_h += from_state;
  } else {  // the last gate's recurrent part has a bias of its own
    p.b_h.head(rows - n) += from_state.topRows(rows - n);
    p.b_h.tail(n) = from_state.bottomRows(n);
  }
  return {};
}

std::string Reader::read_direction(Index layer, bool backward, Parameters& p) {
  const std::string of = suffix(stored_.numbered, layer, backward);
  const std::string hh = stored_.prefix + std::string(kRecurrent) + of;
  const std::string ih = stored_.prefix + "weight_ih" + of;
  const Index n = n_;
  const TensorInfo* input = file_.find(ih);
  if (input == nullptr) return "has no tensor " + quoted(ih) + " to go with " + quoted(hh);
  // Only the first layer's own inputs are of any number.
  if (layer == 0 && !backward && input->shape.size() == 2) d_ = static_cast<Index>(input->shape[1]);
  const Index d = layer == 0 ? d_ : n * (stored_.bidirectional() ? 2 : 1);
  if (d == 0) return "has the tensor " + quoted(ih) + " with no columns";
  std::string error = read(ih, shape_of(gates_ * n, d), p.W_xh);
  if (error.empty()) error = read(hh, shape_of(gates_ * n, n), p.W_hh);
  if (error.empty()) error = read_bias(of, p);
  p.W_hy.resize(0, n);
  p.b_y.resize(0);
  return error;
}

std::string Reader::read_layers() {
  const auto name = [&](Index layer, bool backward) {
    return stored_.prefix + std::string(kRecurrent) + suffix(stored_.numbered, layer, backward);
  };
  const TensorInfo* first = file_.find(name(0, false));
  if (first == nullptr) return "has no tensor " + quoted(name(0, false));
  if (const std::string projection = stored_.prefix + "weight_hr_l0"; file_.find(projection))
    return "has an LSTM with projections (" + quoted(projection) + "), which cannot be shown";
  const bool matrix = first->shape.size() == 2 && first->shape[1] > 0;
  const std::optional<model::CellKind> cell = matrix && first->shape[0] % first->shape[1] == 0
                                                  ? cell_with(first->shape[0] / first->shape[1])
                                                  : std::nullopt;
  if (!cell)
    return "has the tensor " + quoted(first->name) + " of shape " + shape_text(first->shape) +
           ", where (n, n) of an RNN, (3 n, n) of a GRU or (4 n, n) of an LSTM is needed";
  stored_.cell = *cell;
  stored_.type = first->type;
  gates_ = static_cast<Index>(first->shape[0] / first->shape[1]);
  n_ = static_cast<Index>(first->shape[1]);
  const bool both = file_.find(name(0, true)) != nullptr;
  for (Index layer = 0; layer == 0 || (stored_.numbered && file_.find(name(layer, false)));
       ++layer) {
    StoredLayer read;
    std::string error = read_direction(layer, false, read.forward);
    if (!error.empty()) return error;
    if (both) error = read_direction(layer, true, read.backward.emplace());
    if (!error.empty()) return error;
    stored_.layers.push_back(std::move(read));
  }
  return {};
}

std::string readout_name(const TensorInfo& weight) {
  constexpr std::string_view kWeight = ".weight";
  return weight.name.ends_with(kWeight) ? weight.name.substr(0, weight.name.size() - kWeight.size())
                                        : std::string();
}

// Something behind it takes what it makes: it is no read-out, but a layer before one.
bool Reader::feeds_another(const TensorInfo& weight) const {
  return std::ranges::any_of(file_.tensors(), [&](const TensorInfo& other) {
    return &other != &weight && other.shape.size() == 2 && other.shape[1] == weight.shape[0] &&
           !readout_name(other).empty() && file_.find(readout_name(other) + ".bias") != nullptr;
  });
}

std::vector<const TensorInfo*> Reader::possible_readouts() const {
  const auto n = static_cast<std::uint64_t>(stored_.hidden_size());
  const std::uint64_t width = stored_.bidirectional() ? 2 * n : n;
  std::vector<const TensorInfo*> found;
  for (const TensorInfo& info : file_.tensors()) {
    const std::string name = readout_name(info);
    if (name.empty() || info.shape.size() != 2 || info.shape[1] != width || info.shape[0] == 0)
      continue;
    // An embedding has no bias, an nn.Linear nearly always one.
    if (file_.find(name + ".bias") != nullptr) found.push_back(&info);
  }
  return found;
}

std::string Reader::check_readout(const TensorInfo& weight) const {
  const auto n = static_cast<std::uint64_t>(stored_.hidden_size());
  if (weight.shape.size() == 2 && weight.shape[1] == n && weight.shape[0] > 0) return {};
  return "has the tensor " + quoted(weight.name) + " of shape " + shape_text(weight.shape) +
         ", where (m, " + std::to_string(n) + ") of a read-out is needed";
}

std::string Reader::read_readout(const std::string& asked) {
  const TensorInfo* weight = nullptr;
  if (!asked.empty()) {
    weight = file_.find(asked + ".weight");
    if (weight == nullptr) return "has no tensor " + quoted(asked + ".weight");
    if (std::string error = check_readout(*weight); !error.empty()) return error;
  } else {
    const std::vector<const TensorInfo*> possible = possible_readouts();
    if (possible.empty()) return {};
    std::string names;
    for (const TensorInfo* info : possible)
      names += (names.empty() ? "" : ", ") + quoted(readout_name(*info));
    if (possible.size() > 1) {
      stored_.notes.push_back("several could be the read-out, and none was taken: " + names +
                              "; choose with model.readout_name");
      return {};
    }
    if (stored_.bidirectional()) {
      stored_.notes.push_back("the read-out " + names +
                              " takes both directions together and was left out");
      return {};
    }
    if (feeds_another(*possible.front())) {
      stored_.notes.push_back(names + " is followed by another layer and was left out");
      return {};
    }
    weight = possible.front();
  }
  const std::string name = readout_name(*weight);
  const auto m = static_cast<Index>(weight->shape[0]);
  std::string error = read(weight->name, weight->shape, stored_.W_hy);
  Matrix bias = Matrix::Zero(m, 1);
  if (error.empty() && file_.find(name + ".bias") != nullptr)
    error = read(name + ".bias", shape_of(m), bias);
  stored_.b_y = bias;
  stored_.readout = name;
  return error;
}

}  // namespace

bool is_recurrent(std::string_view tensor) { return place_of(tensor).has_value(); }

std::vector<std::string> model_prefixes(const TensorFile& file) {
  std::vector<std::string> prefixes;
  for (const TensorInfo& info : file.tensors()) {
    const std::optional<Place> place = place_of(info.name);
    if (place && std::ranges::find(prefixes, place->prefix) == prefixes.end())
      prefixes.push_back(place->prefix);
  }
  return prefixes;
}

std::string choice_of(const std::string& prefix) {
  return prefix.empty() ? "." : prefix.substr(0, prefix.size() - 1);
}

std::string read_stored_model(const TensorFile& file, const ModelChoice& choice,
                              StoredModel& stored) {
  const std::vector<std::string> prefixes = model_prefixes(file);
  if (prefixes.empty())
    return "has no tensor named like \"weight_hh_l0\", as torch.nn.RNN, GRU and LSTM have";
  std::string names;
  for (const std::string& prefix : prefixes)
    names += (names.empty() ? "" : ", ") + quoted(choice_of(prefix));
  StoredModel read;
  if (choice.prefix.empty()) {
    if (prefixes.size() > 1 && !choice.take_first)
      return "has several recurrent networks: " + names + "; choose one with model.prefix";
    read.prefix = prefixes.front();
  } else {
    const auto wanted = std::ranges::find_if(prefixes, [&](const std::string& prefix) {
      return choice.prefix == prefix || choice.prefix == choice_of(prefix);
    });
    if (wanted == prefixes.end())
      return "has no recurrent network " + quoted(choice.prefix) + "; there is " + names;
    read.prefix = *wanted;
  }
  read.prefixes = prefixes;
  read.numbered = std::ranges::any_of(file.tensors(), [&](const TensorInfo& info) {
    const std::optional<Place> place = place_of(info.name);
    return place && place->prefix == read.prefix && place->numbered;
  });
  if (prefixes.size() > 1)
    read.notes.push_back("there are several recurrent networks: " + names + "; this is " +
                         quoted(choice_of(read.prefix)) + " (model.prefix)");
  Reader reader(file, read);
  std::string error = reader.read_layers();
  if (error.empty()) error = reader.read_readout(choice.readout);
  if (error.empty()) stored = std::move(read);
  return error;
}

namespace {

// Tensors in the order in which they are added, with their numbers.
class Tensors {
public:
  void add(const std::string& name, const Matrix& matrix, bool vector) {
    std::vector<double>& own = values_.emplace_back();
    for (Index i = 0; i < matrix.rows(); ++i)
      for (Index j = 0; j < matrix.cols(); ++j) own.push_back(matrix(i, j));
    all_.push_back(
        {name, vector ? shape_of(matrix.rows()) : shape_of(matrix.rows(), matrix.cols()), own});
  }
  void add_layer(const StoredPlace& place, const Parameters& p) {
    const Index rows = p.W_hh.rows(), n = p.hidden_size();
    Vector from_state = Vector::Zero(rows);
    if (p.b_h.size() > rows) from_state.tail(n) = p.b_h.tail(n);
    const std::string of = suffix(place.numbered, place.layer, place.backward);
    add(place.prefix + "weight_ih" + of, p.W_xh, false);
    add(place.prefix + "weight_hh" + of, p.W_hh, false);
    add(place.prefix + "bias_ih" + of, p.b_h.head(rows), true);
    add(place.prefix + "bias_hh" + of, from_state, true);
  }
  void add_readout(const std::string& name, const Matrix& W_hy, const Vector& b_y) {
    if (W_hy.rows() == 0) return;
    add(name + ".weight", W_hy, false);
    add(name + ".bias", b_y, true);
  }
  std::string bytes(NumberType type) const { return safetensors_bytes(all_, type); }

private:
  std::list<std::vector<double>> values_;  // which the tensors refer to
  std::vector<NamedTensor> all_;
};

}  // namespace

std::string write_stored_model(const model::Model& model, const StoredPlace& place,
                               const StoredModel* rest, NumberType type, std::string& bytes) {
  if (const auto known = cell_with(static_cast<std::uint64_t>(layout_of(model).gate_count()));
      known != model.cell)
    return "PyTorch has no " + std::string(model::title_of(model.cell)) +
           (known ? "; model.cell = " + std::string(model::name_of(*known)) + " is the one it has"
                  : std::string());
  Tensors tensors;
  const Index layers = rest != nullptr ? static_cast<Index>(rest->layers.size()) : 1;
  for (Index layer = 0; layer < layers; ++layer)
    for (const bool backward : {false, true}) {
      StoredPlace at = place;
      at.layer = rest != nullptr ? layer : place.layer;
      at.backward = rest != nullptr ? backward : place.backward;
      if (at.layer == place.layer && at.backward == place.backward) {
        tensors.add_layer(at, model.parameters);
        if (rest == nullptr) break;
        continue;
      }
      const StoredLayer& other = rest->layers[static_cast<std::size_t>(layer)];
      if (!backward || other.backward)
        tensors.add_layer(at, backward ? *other.backward : other.forward);
    }
  if (rest == nullptr || place.layer + 1 == layers)
    tensors.add_readout(place.readout, model.parameters.W_hy, model.parameters.b_y);
  else
    tensors.add_readout(place.readout, rest->W_hy, rest->b_y);
  bytes = tensors.bytes(type);
  return {};
}

}  // namespace backflow::io
