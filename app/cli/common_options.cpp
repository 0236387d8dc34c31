#include "app/cli/common_options.h"

#include "app/cli/option_checks.h"
#include "app/figure/view.h"

namespace backflow::cli {

void add_set_option(CLI::App& app, Arguments& arguments) {
  app.add_option("--set", arguments.assignments,
                 "set a configuration key; may be repeated (\"backflow keys\" lists them)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_file_options(CLI::App& app, Arguments& arguments) {
  struct Option {
    const char *name, *key, *type, *help;
  };
  constexpr Option kOptions[] = {
      {"--prefix", "model.prefix", "NAME", "which network of --model, where there are several"},
      {"--readout", "model.readout_name", "NAME", "which nn.Linear of --model is the read-out"},
      {"--model", "model.file", "FILE",
       "a trained network: .safetensors or .npz with the tensors of torch.nn.RNN, GRU or LSTM"},
      {"--layer", "model.layer", "K", "which layer of --model, counted from 1 (default: the last)"},
      {"--direction", "model.direction", "forward|backward", "which way that layer reads"},
      {"--vocab", "task.vocabulary", "FILE", "the characters of a text in the network's order"},
      {"--targets", "task.targets", "FILE", "targets of the sequences in --input (.npy)"},
      {"--input", "task.file", "FILE",
       "sequences (.npy, .npz, .csv) or a text, to see and to train with"},
  };
  app.add_flag_callback(
         "--batch-first",
         [&arguments] {
           arguments.files.insert(arguments.files.begin(), "task.layout=batch-first");
         },
         "arrays are (B, T, d), not PyTorch's (T, B, d)")
      ->group(kFileOptions);
  for (const Option& option : kOptions)
    app.add_option_function<std::string>(
           option.name,
           [&arguments, key = option.key](const std::string& value) {
             arguments.files.push_back(std::string(key) + "=" + value);
           },
           option.help)
        ->type_name(option.type)
        ->group(kFileOptions);
}

void add_session(CLI::App& app, Arguments& arguments) {
  app.add_option("--session", arguments.session,
                 "begin with a saved session; --set then keeps its weights")
      ->type_name("FILE");
}

void add_network(CLI::App& sub, Arguments& arguments) {
  add_session(sub, arguments);
  sub.add_option("--network", arguments.network, "of a session with two networks: which one")
      ->check(one_of({"A", "B"}))
      ->type_name("A|B")
      ->capture_default_str();
}

void add_iterations(CLI::App& sub, std::int64_t& iterations, const char* help) {
  sub.add_option("--iterations", iterations, help)
      ->check(between(std::int64_t{0}, std::int64_t{1'000'000'000}))
      ->type_name("N")
      ->capture_default_str();
}

void add_theme(CLI::App& sub, Arguments& arguments) {
  sub.add_option("--theme", arguments.theme, "colours of the figure")
      ->check(one_of({"light", "dark"}))
      ->type_name("light|dark")
      ->capture_default_str();
}

void add_colors(CLI::App& sub, Arguments& arguments) {
  sub.add_option(
         "--colors", arguments.colors,
         "colours of norms and weights: diverging (white is 1, or 0; blue below, red "
         "above), or, also for a printer without colours, from dark for the lowest to light "
         "for the highest")
      ->check(one_of(names_of_all<figure::Colormap>()))
      ->type_name("diverging|cividis|viridis|magma")
      ->capture_default_str();
}

}  // namespace backflow::cli
