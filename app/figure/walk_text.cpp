#include "app/figure/walk_text.h"

#include <cmath>

#include <fmt/format.h>

#include "app/figure/number_format.h"

namespace backflow::figure {
namespace {

using model::Index;

std::string h(Index t) { return fmt::format("h_{{{}}}", t); }

std::vector<std::string> forward(const UnrolledData& data, Index t) {
  const std::string at = fmt::format("forward, t = {}", t);
  if (t > data.steps) return {fmt::format("{}: this sequence ended at {}", at, data.steps), at};
  return {fmt::format("{}: x_{{{}}} and {} make {}", at, t, h(t - 1), h(t)), at};
}

std::vector<std::string> output(const UnrolledData& data) {
  const double loss = data.rec().trace.loss;
  const bool one = data.rec().trace.batch() == 1;
  const std::string name = one ? "L" : "mean L";
  const std::string value =
      std::isnan(loss) ? name + " is not a number" : name + " = " + compact(loss);
  if (one) return {"output and loss: " + value, value};
  return {"output and loss: " + value + " over the batch", "output and loss: " + value, value};
}

std::vector<std::string> backward(const UnrolledData& data, Index t) {
  const std::string at = fmt::format("backward, t = {}", t);
  if (t > data.steps) return {fmt::format("{}: this sequence ended at {}", at, data.steps), at};
  const BlameSources sources = data.sources(t);
  const std::string loss = fmt::format("L_{{{}}}", t);
  const std::string on = t == 1 && data.sources(0).later ? ", and on to h_{0}" : "";
  if (!sources.later) {
    if (sources.own) return {fmt::format("{}: {} blames {}", at, loss, h(t)) + on, at};
    if (t < data.steps && (sources.dropped || data.is_cut(t + 1)))
      return {fmt::format("{}: truncation lets no blame through from {}", at, h(t + 1)), at};
    return {fmt::format("{}: no blame reaches {}", at, h(t)), at};
  }
  const std::string flow = fmt::format("{}: blame flows from {} to {}", at, h(t + 1), h(t));
  if (sources.own)
    return {fmt::format("{}: blame comes from {} and {} to {}", at, h(t + 1), loss, h(t)) + on,
            flow, at};
  return {flow + on, flow, at};
}

std::vector<std::string> update(const UnrolledData& data) {
  const auto& record = data.rec();
  if (!record.parameters_after)
    return {record.divergence ? "update: none, for a number is not finite" : "update: none yet",
            "update"};
  const std::string name(model::title_of(record.options.optimizer.kind));
  const std::string rate = "η = " + compact(record.learning_rate);
  return {fmt::format("update by {}, {}", name, rate), "update, " + rate, "update"};
}

}  // namespace

std::vector<std::string> clip_sentences(const training::IterationRecord& record) {
  using Mode = training::ClipMode;
  const Mode mode = record.options.clip.mode;
  if (!std::isfinite(record.clip.norm_before))
    return {"the gradient is not finite, nothing is scaled", "the gradient is not finite"};
  const std::string norm = "‖∇L‖ = " + compact(record.clip.norm_before);
  if (mode == Mode::none) return {norm + ", clipping is off", "clipping is off"};
  const std::string limit = "c = " + compact(record.options.clip.threshold);
  if (!record.clip.clipped) {
    if (mode == Mode::norm) return {fmt::format("{} ≤ {}, nothing is clipped", norm, limit), norm};
    return {fmt::format("nothing exceeds {}, nothing is clipped", limit), "nothing is clipped"};
  }
  if (mode == Mode::norm) {
    const std::string factor =
        "× " + compact(record.options.clip.threshold / record.clip.norm_before);
    return {fmt::format("{} > {}: every gradient {}", norm, limit, factor),
            fmt::format("every gradient {}", factor), factor};
  }
  const std::string after = fmt::format("{} → {}", norm, compact(record.clip.norm_after));
  return {fmt::format("{}, {} limited to {}", after,
                      mode == Mode::value ? "every entry" : "every tensor's norm", limit),
          after};
}

std::vector<std::string> walk_sentences(const UnrolledData& data, Playhead playhead) {
  const Index T = data.rec().trace.steps(), t = step_of(playhead, T);
  switch (phase_of(playhead, T)) {
    case Phase::forward:
      return forward(data, t);
    case Phase::output:
      return output(data);
    case Phase::backward:
      return backward(data, t);
    case Phase::clip: {
      std::vector<std::string> sentences = clip_sentences(data.rec());
      for (std::string& sentence : sentences) sentence = "clip: " + sentence;
      sentences.push_back("clip");
      return sentences;
    }
    case Phase::update:
      return update(data);
  }
  return {};
}

}  // namespace backflow::figure
