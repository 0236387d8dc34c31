#include "core/config/key_table.h"

#include "core/config/file_keys.h"
#include "core/config/key_builders.h"
#include "core/io/matrix_file.h"

namespace backflow::config {

std::vector<Key> make_keys() {
  using namespace backflow::model;
  using namespace backflow::training;
  constexpr auto kLive = KeyEffect::live;
  constexpr auto kRestart = KeyEffect::restart;
  constexpr double kSeedMax = 4294967295.0;
  return {
      choice_key<TaskKind>(
          {"task.name", "Task", "", "what the network learns"}, kRestart,
          [](Config & c) -> auto& { return c.task.kind; }),
      optional_choice_key<Shape>(
          {"task.shape", "Shape", "",
           "which steps have an input and which an output with a loss (auto: the task's own); "
           "one-to-many gives x_1 alone, many-to-one asks at the last step"},
          kLive, [](Config & c) -> auto& { return c.task.shape; }),
      integer_key(
          {"task.steps", "Steps", "T", "length of the sequences (the tables have 3)"}, kLive, 1,
          1000, true, [](Config & c) -> auto& { return c.task.steps; }),
      integer_key(
          {"task.length_min", "Shortest", "",
           "sequences have different lengths, drawn from this one to T (auto: all have T)"},
          kLive, 1, 1000, true, [](Config & c) -> auto& { return c.task.length_min; }),
      integer_key(
          {"task.batch", "Batch", "B", "sequences per iteration (the tables have all their rows)"},
          kLive, 1, 1024, true, [](Config & c) -> auto& { return c.task.batch; }),
      optional_real_key(
          {"task.noise", "Noise", "",
           "standard deviation of normal noise on the inputs (auto: 0.2 for first-bit, parity, "
           "delayed-echo and sine, else none)"},
          0.0, 10.0, [](Config & c) -> auto& { return c.task.noise; }),
      integer_key(
          {"task.symbols", "Symbols", "S",
           "how many symbols copy-memory has to remember; the pause is T − 2S steps"},
          kLive, 1, 100, false, [](Config & c) -> auto& { return c.task.symbols; }),
      integer_key(
          {"task.delay", "Delay", "", "steps between a bit and its echo in delayed-echo"}, kLive, 1,
          999, false, [](Config & c) -> auto& { return c.task.delay; }),
      layout_key({"task.layout", "Arrays are", "",
                  "the order of the dimensions of arrays in task.file: steps first, as PyTorch has "
                  "them, or "
                  "sequences first (batch_first)"}),
      task_file_key(
          {"task.file", "Data file", "",
           "your own data: sequences (CSV, NPY, NPZ) for the task sequences, any other file is a "
           "text for next-character; empty: the opening of Alice's Adventures in Wonderland"},
          "a CSV, NPY or NPZ file, or a text file in UTF-8, up to " + megabytes(kMostTextBytes) +
              " and " + std::to_string(kMostCharacters) + " different characters",
          &TaskOptions::file),
      task_file_key(
          {"task.targets", "Targets", "",
           "NPY file of the targets for the sequences in task.file: one for each step, or one for "
           "each sequence; empty: those in task.file itself, if there are any"},
          "an NPY or NPZ file", &TaskOptions::targets_file),
      task_file_key(
          {"task.vocabulary", "Vocabulary", "",
           "text file with the characters of next-character in the order of the network's inputs; "
           "empty: those of the text, by code point"},
          "a text file in UTF-8", &TaskOptions::vocabulary_file),
      integer_key(
          {"task.inputs", "Inputs", "d", "numbers at each step of random-input"}, kRestart, 1, 1e5,
          false, [](Config & c) -> auto& { return c.task.inputs; }),
      integer_key(
          {"task.seed", "Data seed", "", "seed of the random sequences"}, kLive, 0, kSeedMax, false,
          [](Config & c) -> auto& { return c.task.seed; }),
      model_file_key(
          {"model.file", "Network file", "",
           "a trained network: the tensors of torch.nn.RNN, GRU or LSTM and of a linear read-out; "
           "empty: the weights are drawn"},
          "a safetensors or NPZ file"),
      model_choice_key(
          {"model.prefix", "Which network", "",
           "what stands before \"weight_hh_l0\" in model.file, where it has several networks"},
          "a name such as rnn, or . where there is none; or nothing", &io::ModelChoice::prefix),
      model_choice_key(
          {"model.readout_name", "Which read-out", "",
           "the name of the read-out's nn.Linear in model.file; empty: the only one that fits"},
          "a name such as fc; or nothing", &io::ModelChoice::readout),
      integer_key(
          {"model.layer", "Layer", "",
           "which layer of model.file is shown, counted from 1 (auto: the last); those below it "
           "make its inputs"},
          kRestart, 1, 64, true, [](Config & c) -> auto& { return c.model.file.layer; }),
      choice_key<Direction>(
          {"model.direction", "Direction", "",
           "which way the layer of model.file reads its sequences, where it has both"},
          kRestart, [](Config & c) -> auto& { return c.model.file.direction; }),
      choice_key<CellKind>(
          {"model.cell", "Cell", "", "what happens in a step: a plain recurrent unit, or gates"},
          kRestart, [](Config & c) -> auto& { return c.model.cell; }),
      integer_key(
          {"model.hidden", "Hidden units", "n", "size of the hidden state"}, kRestart, 1, 512,
          false, [](Config & c) -> auto& { return c.model.hidden; }),
      choice_key<ActivationKind>(
          {"model.activation", "Activation", "f", "activation function of the hidden state"}, kLive,
          [](Config & c) -> auto& { return c.model.activation.kind; }),
      real_key(
          {"model.leaky_slope", "Leaky slope", "", "slope of leaky ReLU below zero"}, 0.0, 1.0,
          false, [](Config & c) -> auto& { return c.model.activation.leaky_slope; }),
      optional_choice_key<Readout>(
          {"model.readout", "Read-out", "g",
           "function of the output layer (auto: the one that fits the task)"},
          kLive, [](Config & c) -> auto& { return c.model.readout; }),
      optional_choice_key<Loss>(
          {"model.loss", "Loss", "L_{t}",
           "loss of one step (auto: the one that fits the read-out)"},
          kLive, [](Config & c) -> auto& { return c.model.loss; }),
      choice_key<InitialState>(
          {"model.initial_state", "Initial state", "h_{0}",
           "hidden state before the first step: zero, or random normal"},
          kLive, [](Config & c) -> auto& { return c.model.initial_state; }),
      choice_key<RecurrentInit>(
          {"model.init", "Initialisation", "W_{hh}", "how the recurrent weights start"}, kRestart,
          [](Config & c) -> auto& { return c.model.weights.kind; }),
      real_key(
          {"model.spectral_radius", "Spectral radius", "ρ(W_{hh})",
           "largest |eigenvalue| of the recurrent weights; setting it rescales them"},
          1e-4, 10.0, true, [](Config & c) -> auto& { return c.model.weights.spectral_radius; }),
      choice_key<InitScale>(
          {"model.init_scale", "Scaled", "",
           "what the initial W_hh is scaled to: ρ, σ₁, or nothing (auto: what was set, ρ, σ₁ or "
           "spread; else ρ, but nothing for Glorot, He and files)"},
          kRestart, [](Config & c) -> auto& { return c.model.weights.scale; }),
      matrix_file_key(
          {"model.init_file", "Matrix file", "W_{hh}",
           "the initial W_hh for model.init = file: n × n, or all gates one below the other"},
          "a CSV or NPY file with a matrix of finite numbers, up to " +
              megabytes(io::kMostFileBytes)),
      at_restart(real_key(
          {"model.init_spread", "Spread", "",
           "standard deviation (Gaussian, diagonal) or limit (uniform) of the entries as drawn; 0: "
           "automatic"},
          0.0, 10.0, false, [](Config & c) -> auto& { return c.model.weights.spread; })),
      real_key(
          {"model.singular_value", "Largest σ", "σ_{1}(W_{hh})",
           "largest singular value of the recurrent weights; setting it rescales them"},
          1e-4, 10.0, true, [](Config & c) -> auto& { return c.model.weights.singular_value; }),
      at_restart(real_key(
          {"model.forget_bias", "Forget bias", "b_{f}", "initial bias of an LSTM's forget gate"},
          -10.0, 10.0, false, [](Config & c) -> auto& { return c.model.weights.forget_bias; })),
      integer_key(
          {"model.seed", "Weight seed", "", "seed of the initial weights and random h_0"}, kRestart,
          0, kSeedMax, false, [](Config & c) -> auto& { return c.model.weights.seed; }),
      real_key(
          {"training.learning_rate", "Learning rate", "η", "step size, before the schedule"}, 1e-6,
          100.0, true, [](Config & c) -> auto& { return c.training.learning_rate; }),
      choice_key<OptimizerKind>(
          {"training.optimizer", "Optimiser", "", "how the weights follow the gradient"}, kLive,
          [](Config & c) -> auto& { return c.training.optimizer.kind; }),
      real_key(
          {"training.momentum", "Momentum", "μ", "share of the last update that is kept"}, 0.0,
          0.9999, false, [](Config & c) -> auto& { return c.training.optimizer.momentum; }),
      real_key(
          {"training.beta1", "Beta 1", "β_{1}", "Adam: share of the mean gradient that is kept"},
          0.0, 0.9999, false, [](Config & c) -> auto& { return c.training.optimizer.beta1; }),
      real_key(
          {"training.beta2", "Beta 2", "β_{2}",
           "Adam: share of the mean squared gradient that is kept"},
          0.0, 0.999999, false, [](Config & c) -> auto& { return c.training.optimizer.beta2; }),
      real_key(
          {"training.alpha", "Alpha", "α",
           "RMSProp: share of the mean squared gradient that is kept"},
          0.0, 0.999999, false, [](Config & c) -> auto& { return c.training.optimizer.alpha; }),
      real_key(
          {"training.epsilon", "Epsilon", "ε",
           "RMSProp and Adam: added to the root that divides the gradient"},
          1e-16, 1.0, true, [](Config & c) -> auto& { return c.training.optimizer.epsilon; }),
      real_key(
          {"training.weight_decay", "Weight decay", "w",
           "this times the weights is added to the clipped gradient; AdamW shrinks the weights"},
          0.0, 10.0, true, [](Config & c) -> auto& { return c.training.optimizer.weight_decay; }),
      choice_key<Freeze>(
          {"training.freeze_recurrent", "Recurrent weights", "W_{hh}",
           "whether training changes W_hh; frozen, its gradient is still computed and shown"},
          kLive, [](Config & c) -> auto& { return c.training.optimizer.freeze_recurrent; }),
      choice_key<ScheduleKind>(
          {"training.schedule", "Schedule", "",
           "how the learning rate falls with the iterations, counted from the first one of "
           "training"},
          kLive, [](Config & c) -> auto& { return c.training.schedule.kind; }),
      integer_key(
          {"training.schedule.step_size", "Step every", "S",
           "iterations between the steps of the learning rate"},
          kLive, 1, 1e6, false, [](Config & c) -> auto& { return c.training.schedule.step_size; }),
      real_key(
          {"training.schedule.step_gamma", "Step factor", "γ",
           "factor of the learning rate at each of its steps"},
          0.0, 1.0, false, [](Config & c) -> auto& { return c.training.schedule.step_gamma; }),
      real_key(
          {"training.schedule.gamma", "Decay", "γ",
           "factor of the learning rate from one iteration to the next"},
          0.0, 1.0, false, [](Config & c) -> auto& { return c.training.schedule.gamma; }),
      integer_key(
          {"training.schedule.period", "Period", "N",
           "iterations in which the cosine falls to the final rate"},
          kLive, 1, 1e7, false, [](Config & c) -> auto& { return c.training.schedule.period; }),
      real_key(
          {"training.schedule.final_rate", "Final rate", "η_{min}",
           "learning rate at the end of the cosine"},
          0.0, 100.0, true, [](Config & c) -> auto& { return c.training.schedule.final_rate; }),
      integer_key(
          {"training.warmup", "Warm-up", "W",
           "iterations in which the learning rate rises to its full size at the start"},
          kLive, 0, 1e5, false, [](Config & c) -> auto& { return c.training.schedule.warmup; }),
      choice_key<gradient::TruncationKind>(
          {"training.truncation", "Truncated BPTT", "",
           "how far back a loss may be blamed on the weights: to the start, over τ steps, or to "
           "the "
           "beginning of its chunk of τ steps"},
          kLive, [](Config & c) -> auto& { return c.training.truncation.kind; }),
      integer_key(
          {"training.truncation.steps", "Horizon", "τ", "steps of the horizon, or of a chunk"},
          kLive, 1, 1000, false, [](Config & c) -> auto& { return c.training.truncation.steps; }),
      integer_key(
          {"training.validation_every", "Validate every", "",
           "iterations from one look at held-out data to the next; 0: never"},
          kLive, 0, 1e6, false, [](Config & c) -> auto& { return c.training.validation_every; }),
      choice_key<ClipMode>(
          {"training.clip.mode", "Clipping", "",
           "limit the gradient's norm, every entry of it, every tensor's norm, or nothing"},
          kLive, [](Config & c) -> auto& { return c.training.clip.mode; }),
      real_key(
          {"training.clip.threshold", "Clip threshold", "c",
           "largest gradient norm (entry, tensor's norm) that is let through"},
          1e-6, 1e6, true, [](Config & c) -> auto& { return c.training.clip.threshold; }),
      real_key(
          {"training.l2", "L2 penalty", "λ",
           "weight of ½‖W‖² in what is made small, over all weight matrices"},
          0.0, 10.0, true, [](Config & c) -> auto& { return c.training.regularizer.l2; }),
      real_key(
          {"training.omega", "Flow penalty", "Ω",
           "weight of Pascanu's Ω, which keeps ‖∂L/∂h_{t}‖ from shrinking or growing with each "
           "step"},
          0.0, 100.0, true, [](Config & c) -> auto& { return c.training.regularizer.omega; }),
      choice_key<lab::NeuronMap>(
          {"lab.map", "Neuron", "x_{t}",
           "how the one neuron of error-surface, error-relief and bifurcation goes from x_{t−1} to "
           "x_{t}"},
          kLive, [](Config & c) -> auto& { return c.lab.neuron.map; }),
      integer_key(
          {"lab.steps", "Neuron's steps", "T", "how often the one neuron is iterated"}, kLive, 1,
          1000, false, [](Config & c) -> auto& { return c.lab.neuron.steps; }),
      real_key(
          {"lab.initial", "First state", "x_{0}", "state of the one neuron before its first step"},
          -5.0, 5.0, false, [](Config & c) -> auto& { return c.lab.neuron.initial; }),
      real_key(
          {"lab.target", "Target", "y", "what x_T should be: E = (x_T − y)²"}, -5.0, 5.0, false,
          [](Config & c) -> auto& { return c.lab.neuron.target; }),
      real_key(
          {"lab.start_w", "Start w", "w",
           "weight where both descents on the error surface begin, and of the bifurcation diagram"},
          -20.0, 20.0, false, [](Config & c) -> auto& { return c.lab.descent.start.w; }),
      real_key(
          {"lab.start_b", "Start b", "b", "bias where both descents on the error surface begin"},
          -20.0, 20.0, false, [](Config & c) -> auto& { return c.lab.descent.start.b; }),
      real_key(
          {"lab.learning_rate", "Descent rate", "η", "step size of both descents"}, 1e-6, 10.0,
          true, [](Config & c) -> auto& { return c.lab.descent.learning_rate; }),
      real_key(
          {"lab.threshold", "Descent clip", "c",
           "largest gradient norm that the clipped one of the descents lets through"},
          1e-6, 1e6, true, [](Config & c) -> auto& { return c.lab.descent.threshold; }),
      integer_key(
          {"lab.iterations", "Descent steps", "", "how many steps both descents take"}, kLive, 1,
          5000, false, [](Config & c) -> auto& { return c.lab.descent.iterations; }),
  };
}

}  // namespace backflow::config
