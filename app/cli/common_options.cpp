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

void add_map_options(CLI::App& sub, MapRequest& request) {
  sub.add_option_function<std::string>(
         "--norm",
         [&request](const std::string& name) {
           request.norm = *model::parse_enum<gradient::MatrixNorm>(name);
         },
         "norm of the Jacobian map")
      ->check(one_of(names_of_all<gradient::MatrixNorm>()))
      ->type_name("spectral|frobenius")
      ->default_str("spectral");
  sub.add_option_function<std::string>(
         "--state",
         [&request](const std::string& name) {
           request.block = *model::parse_enum<gradient::StateBlock>(name);
         },
         "part of an LSTM's state that the Jacobian map is of: h, c or both")
      ->check(one_of(names_of_all<gradient::StateBlock>()))
      ->type_name("hidden|cell|full")
      ->default_str("hidden");
  sub.add_option("--epsilon", request.epsilon,
                 "share of its size to which a gradient must have fallen to count as out of reach")
      ->check(between(1e-300, 0.999))
      ->type_name("E")
      ->capture_default_str();
  const auto is_pair = [](const std::string& text) {
    std::optional<session::StepPair> pair;
    const std::string error = parse_steps(text, pair);
    return error.empty() ? error : text + " " + error;
  };
  sub.add_option_function<std::string>(
         "--product",
         [&request](const std::string& text) {
           static_cast<void>(parse_steps(text, request.product));
         },
         "two steps t:k, whose ∂h_t/∂h_k the chain and the spectrum are of")
      ->check(CLI::Validator(is_pair, {}))
      ->type_name("T:K");
  sub.add_option("--sequence", request.sequence, "sequence of the batch, counted from 1")
      ->check(between(std::int64_t{1}, std::int64_t{1024}))
      ->type_name("I")
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
