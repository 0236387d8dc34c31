// Learning tasks: where the batches come from.
//
// Every task is a pure function of (options, encoding, iteration): the batch of any iteration can
// be made again at any time, the same bits on every machine. A task fills inputs and a target for
// every step; make_batch() then cuts them to the *shape* (which steps get an input, which have an
// output and a loss). The list of tasks is task_list() in task.cpp; a new one is one more file and
// one more line there.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model/batch.h"
#include "core/model/enum_names.h"
#include "core/model/output.h"
#include "core/model/random.h"
#include "core/training/task/sequence_data.h"
#include "core/training/task/text.h"

namespace backflow::training {

enum class TaskKind {
  cat_mat_rat,
  binary_table,
  first_bit,
  adding,
  copy_memory,
  temporal_order,
  parity,
  delayed_echo,
  sine,
  next_character,
  sequences,
  random_input,
};

/// Which steps have an input and which an output with a loss.
enum class Shape {
  one_to_one,    ///< the first step alone: T = 1
  one_to_many,   ///< only x_1 is given, later inputs are zero; outputs as in many_to_many
  many_to_one,   ///< an output at the last step of each sequence, T_b
  many_to_many,  ///< an output at every step for which the task has a target
};

/// How a label 0 or 1 becomes a target column: one probability (m = 1), or one-hot over the two
/// classes (m = 2), which is what a softmax read-out needs. Other kinds of target have one form.
enum class TargetEncoding { probability, one_hot };

struct TaskOptions {
  TaskKind kind = TaskKind::cat_mat_rat;
  model::Index steps = 0;  ///< T; 0 is the task's own. The tables have 3 and no other.
  model::Index batch = 0;  ///< B; 0 is the task's own. The tables have all their rows, no other.
  /// Standard deviation of the noise on the inputs; nothing: 0.2 for bits and waves, else 0.
  std::optional<double> noise;
  std::optional<Shape> shape;   ///< nothing: the task's own
  model::Index length_min = 0;  ///< lengths T_b are uniform in length_min..T; 0: all are T
  model::Index symbols = 10;    ///< S, the symbols that copy-memory remembers
  model::Index delay = 5;       ///< of delayed-echo, in steps
  std::uint64_t seed = 1;
  // What comes from files (task_files.h).
  std::string file;          ///< of `text` or of `data`; empty for the built-in text
  std::string targets_file;  ///< targets for the sequences in `file`; empty: they are in there too
  std::string vocabulary_file;  ///< the characters in the network's order; empty: by code point
  SequenceLayout layout = SequenceLayout::time_first;  ///< of arrays in those files
  std::shared_ptr<const Text> text;          ///< of next-character; null: the built-in text
  std::shared_ptr<const SequenceData> data;  ///< of sequences; null: none was read
  std::string problem;  ///< why the files do not go together, one sentence; empty: they do

  model::Index inputs = 1;   ///< d of random-input
  model::Index outputs = 0;  ///< m where the network has more outputs than `data` has classes

  bool operator==(const TaskOptions&) const = default;
};

/// What a task fills for make_batch().
struct Sequences {
  model::StepMatrices inputs;  ///< x_t (d, B), t = 1..T; comes as zeros, stays so after T_b
  /// t = 1..T: label or number of the class (1, B); reals (m, B). nan where there is none.
  model::StepMatrices targets;
  std::vector<model::Index> lengths;  ///< T_b, already drawn: where each sequence has to end
  bool held_out = false;              ///< data for validation is asked for

  model::Index size() const { return inputs.batch(); }
  model::Index length(model::Index b) const { return lengths[static_cast<std::size_t>(b)]; }
};

/// How the targets of a loss step are spread, over all sequences and steps.
struct TargetSpread {
  std::vector<double> shares = {};  ///< of the classes, or of the labels 0 and 1; empty: reals
  double variance = std::numeric_limits<double>::quiet_NaN();  ///< of reals, a mean over the m
  /// Of reals: how often the best constant answer is within TaskInfo::tolerance.
  double near_best = std::numeric_limits<double>::quiet_NaN();
};

/// What is reached without looking at the inputs.
struct Chance {
  double loss = std::numeric_limits<double>::quiet_NaN();
  double accuracy = std::numeric_limits<double>::quiet_NaN();
};

/// The functions get resolved options.
struct TaskInfo {
  TaskKind kind;
  std::string_view description;  ///< one line
  TargetKind target;
  std::vector<Shape> shapes;  ///< those that make sense; the first is the task's own
  model::Index default_steps;
  model::Index default_batch;
  bool fixed_table = false;  ///< steps and batch cannot be chosen, there is no noise, the seed
                             ///< changes nothing
  bool has_noise = false;    ///< by itself: generate() adds it, and not make_batch()
  /// A real answer this close is right (nan: there is no right and wrong).
  double tolerance = std::numeric_limits<double>::quiet_NaN();

  model::Index (*input_size)(const TaskOptions&);  ///< d
  /// K of classes, m of reals, 1 of labels.
  model::Index (*target_size)(const TaskOptions&);
  model::Index (*least_steps)(const TaskOptions&);  ///< of the shortest sequence that can be made
  /// The first step with a target in a sequence of that length; all later ones have one too.
  model::Index (*first_target)(const TaskOptions&, model::Index length);
  TargetSpread (*spread)(const TaskOptions&);
  void (*generate)(const TaskOptions&, model::Random&, Sequences&);
  /// T_b of the sequences that generate() will fill from the same random numbers; null: drawn
  /// between length_min and T.
  std::vector<model::Index> (*lengths)(const TaskOptions&, model::Random, bool held_out) = nullptr;
  /// In place of default_steps and default_batch, T first; null: those.
  model::Index (*own_steps)(const TaskOptions&) = nullptr;
  model::Index (*own_batch)(const TaskOptions&) = nullptr;
  /// How many steps with a loss a sequence has on average; null: all from first_target on.
  double (*mean_losses)(const TaskOptions&) = nullptr;
  /// How many sequences there are for validation, of those that are wanted; null: all of them.
  model::Index (*held_out)(const TaskOptions&, model::Index wanted) = nullptr;
  /// Batch::input_words; null where the inputs are no words.
  std::vector<std::string> (*input_words)(const TaskOptions&) = nullptr;

  bool has(Shape shape) const;
};

std::span<const TaskInfo> task_list();
/// What is known of a kind of task by itself.
const TaskInfo& task_info(TaskKind kind);
/// The same, with the targets that the sequences in a file have.
const TaskInfo& task_info(const TaskOptions& options);

/// The task takes its data from a file of the user's.
bool uses_file(const TaskOptions& options);

/// The shape in use.
Shape effective_shape(const TaskOptions& options);

/// Its inputs are drawn, and not the user's own: TaskOptions::noise counts.
bool takes_noise(const TaskOptions& options);

/// The options with the task's own values in place of 0 and nothing. The task's own T grows where
/// the task needs more steps (a long delay).
TaskOptions resolved(TaskOptions options);

/// The text of next-character: the one that was read, or the built-in one.
const Text& text_of(const TaskOptions& options);

/// d and m. Precondition for these and the batches: config::validate() has no objection.
model::Index input_size(const TaskOptions& options);
model::Index output_size(const TaskOptions& options, TargetEncoding encoding);

/// The batch of the given iteration; its initial_state is left empty, for it is the model's affair.
/// With different lengths, the first sequence always has T steps.
model::Batch make_batch(const TaskOptions& options, TargetEncoding encoding,
                        std::uint64_t iteration);

/// `size` sequences that no iteration sees: another stream of random numbers, or the last tenth of
/// the text. Always the same for the same options. Nothing for the tables, which have no other
/// data, and where the last tenth of the text is not longer than T.
std::optional<model::Batch> make_validation_batch(TaskOptions options, TargetEncoding encoding,
                                                  model::Index size);

/// Loss and accuracy of the best answer that is the same for every input and step.
///
/// The loss is L = Σ_t L_t with L_t = (1/B) Σ_b w_tb ℓ_tb, that is the expected number of loss
/// steps of a sequence times the loss of one (model/output.h), which the targets' means minimise
/// (Cover & Thomas 2006, section 2.6; each task's file has its figure): of reals the variance; of
/// classes with shares p the entropy in nats, the mean of the entropies of (p_k, 1 − p_k), or, for
/// the squared error, of p_k (1 − p_k). The loss is nan without targets and for a cross-entropy of
/// reals; the accuracy is nan when there is no right and wrong.
Chance chance_level(const TaskOptions& options, model::Loss loss);

}  // namespace backflow::training

template <>
struct backflow::model::EnumNames<backflow::training::TaskKind> {
  using Kind = backflow::training::TaskKind;
  static constexpr std::array<EnumName<Kind>, 12> kAll{{
      {Kind::cat_mat_rat, "cat-mat-rat", "cat mat rat"},
      {Kind::binary_table, "binary-table", "binary table"},
      {Kind::first_bit, "first-bit", "first bit"},
      {Kind::adding, "adding", "adding problem"},
      {Kind::copy_memory, "copy-memory", "copy memory"},
      {Kind::temporal_order, "temporal-order", "temporal order"},
      {Kind::parity, "parity", "parity"},
      {Kind::delayed_echo, "delayed-echo", "delayed echo"},
      {Kind::sine, "sine", "sine wave"},
      {Kind::next_character, "next-character", "next character"},
      {Kind::sequences, "sequences", "own sequences"},
      {Kind::random_input, "random-input", "random inputs"},
  }};
};

template <>
struct backflow::model::EnumNames<backflow::training::Shape> {
  using Shape = backflow::training::Shape;
  static constexpr std::array<EnumName<Shape>, 4> kAll{{
      {Shape::one_to_one, "one-to-one", "one to one"},
      {Shape::one_to_many, "one-to-many", "one to many"},
      {Shape::many_to_one, "many-to-one", "many to one"},
      {Shape::many_to_many, "many-to-many", "many to many"},
  }};
};
