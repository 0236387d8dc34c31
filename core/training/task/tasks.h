// The tasks, each in a file of its own; all are listed in task_list().
//
// Shapes of the inputs: x_t is (d, B). Bits are ±1 with Gaussian noise, symbols are one-hot.
#pragma once

#include <cmath>
#include <utility>

#include "core/training/task/task.h"

namespace backflow::training {

// --- the tables of the source material: all rows are the batch of every iteration ----------------

/// cat mat cat → 1, rat rat mat → 1, mat mat cat → 0, with cat = [100], mat = [010], rat = [001].
/// The label follows from the first word. Chance: entropy of (⅔, ⅓).
TaskInfo cat_mat_rat_task();

/// 1 0 1 → 1, 0 0 1 → 0, 0 0 0 → 0, 1 1 1 → 1; d = 1. Chance: ln 2.
TaskInfo binary_table_task();

// --- generated data ------------------------------------------------------------------------------

/// Remember the first of T bits. After Bengio, Simard & Frasconi (1994), section III: information
/// must be held against later inputs. Chance: ln 2.
TaskInfo first_bit_task();

/// Add two numbers (Hochreiter & Schmidhuber 1997, experiment 4, in the form of Le, Jaitly & Hinton
/// 2015): d = 2, a value uniform in (0, 1) and a marker, which is 1 at one step of the first half
/// and at one of the second; the target at T_b is the sum of the two marked values. Chance: always
/// 1, the variance 2/12 = 1/6. Right is |error| < 0.04, as in the first of the papers; always 1 is
/// right with 0.08 − 0.04² = 0.0784.
TaskInfo adding_task();

/// Repeat S symbols after a delay (Hochreiter & Schmidhuber 1997; Arjovsky, Shah & Bengio 2016,
/// section 4.1): S of K = 8 symbols, blanks, a go marker, S blanks, during which the symbols are to
/// be repeated. d = K + 2 with blank and go at the end, m = K + 1 with blank at the end, T = delay
/// + 2 S. Only the S repetitions have a loss. Chance: ln K each.
TaskInfo copy_memory_task();

/// Which came first (Hochreiter & Schmidhuber 1997, experiment 6a, in the form of Pascanu, Mikolov
/// & Bengio 2013): X or Y at a step in [T/10, 2T/10] and again in [4T/10, 5T/10], four
/// other symbols elsewhere; d = 6. Classes at T_b: XX, XY, YX, YY. Chance: ln 4.
TaskInfo temporal_order_task();

/// Is the number of ones so far odd? d = 1. Chance: ln 2. Each bit turns the answer or keeps it, so
/// that no part of the past can be left out (among the tasks of Bengio, Simard & Frasconi 1994).
TaskInfo parity_task();

/// The bit of `delay` steps ago: y_t = x_{t−delay} without its noise, for t > delay; d = 1. Chance:
/// ln 2. The plainest measure of how far back a network remembers (after Jaeger 2001, *Short
/// term memory in echo state networks*).
TaskInfo delayed_echo_task();

/// The next value of a sine of random period (8 to 32 steps) and phase φ: x_t = sin(φ + 2π(t−1)/P)
/// plus noise, d = 1, y_t = sin(φ + 2πt/P). One-to-many: the wave has to be generated from x_1 =
/// (sin φ, cos φ, 8/P), d = 3, the noise on the first two. Chance: always 0, the variance ½.
TaskInfo sine_task();

/// The next character of a text: windows of T + 1 characters from random places; d = m = the number
/// of different characters. Trains on the first 90 %. After Elman (1990), *Finding structure in
/// time*, and Sutskever, Martens & Hinton (2011). Chance: the entropy of the characters' frequency
/// in that part (but for the ends of the text, which fewer windows reach).
TaskInfo next_character_task();

// --- from files, and without targets -------------------------------------------------------------

/// Sequences with targets of that kind, or without, from TaskOptions::data. Chance: the entropy of
/// the labels or classes, the variance of real targets, of those that training sees.
TaskInfo sequences_task(TargetKind target);

/// Independent standard normal numbers, d of them at each step, and no targets: what a network that
/// was opened gets to see when no sequences were given with it.
TaskInfo random_input_task();

// --- common to several ---------------------------------------------------------------------------

/// ±1 at random, plus noise; `one` is whether the bit is +1.
inline double noisy_bit(model::Random& random, double noise, bool& one) {
  one = random.below(2) == 1;
  const double disturbance = noise * random.normal();
  return (one ? 1.0 : -1.0) + disturbance;
}

/// Adds normal noise to every input up to the sequences' ends.
void add_noise(double deviation, model::Random& random, Sequences& sequences);

/// K equally frequent classes.
inline TargetSpread equal_shares(int classes) {
  return {.shares = std::vector<double>(static_cast<std::size_t>(classes), 1.0 / classes)};
}

template <model::Index Size>
model::Index always(const TaskOptions&) {
  return Size;
}
inline model::Index from_the_first(const TaskOptions&, model::Index) { return 1; }
inline model::Index at_the_last(const TaskOptions&, model::Index length) { return length; }

/// A task of T noisy random bits, d = 1, whose label at every step follows from the bits so far:
/// Label has label(t, one), told the bit of step t after those before it.
template <class Label>
TaskInfo bit_task(TaskKind kind, std::string_view description, std::vector<Shape> shapes,
                  model::Index default_steps) {
  return {
      .kind = kind,
      .description = description,
      .target = TargetKind::binary,
      .shapes = std::move(shapes),
      .default_steps = default_steps,
      .default_batch = 32,
      .has_noise = true,
      .input_size = always<1>,
      .target_size = always<1>,
      .least_steps = always<1>,
      .first_target = from_the_first,
      .spread = [](const TaskOptions&) { return equal_shares(2); },
      .generate =
          [](const TaskOptions& options, model::Random& random, Sequences& sequences) {
            for (model::Index b = 0; b < sequences.size(); ++b) {
              Label label;
              for (model::Index t = 1; t <= sequences.length(b); ++t) {
                bool one = false;
                sequences.inputs.step(t)(0, b) = noisy_bit(random, *options.noise, one);
                sequences.targets.step(t)(0, b) = label(t, one) ? 1.0 : 0.0;
              }
            }
          },
  };
}

}  // namespace backflow::training
