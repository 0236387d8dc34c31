#include "app/cli/map_request.h"

#include <charconv>

#include <fmt/format.h>

namespace backflow::cli {

session::AnalysisOptions MapRequest::options() const {
  return {.norm = norm,
          .sequence = sequence - 1,
          .block = block,
          .epsilon = epsilon,
          .product = product};
}

std::string MapRequest::differences() const {
  const MapRequest usual;
  std::string text;
  if (norm != usual.norm) text += fmt::format(" norm={}", model::name_of(norm));
  if (block != usual.block) text += fmt::format(" state={}", model::name_of(block));
  if (epsilon != usual.epsilon) text += fmt::format(" epsilon={}", epsilon);
  if (product) text += fmt::format(" product={}:{}", product->t, product->k);
  if (sequence != usual.sequence) text += fmt::format(" sequence={}", sequence);
  return text;
}

std::string parse_steps(const std::string& text, std::optional<session::StepPair>& pair) {
  session::StepPair read;
  const char* const end = text.data() + text.size();
  const auto t = std::from_chars(text.data(), end, read.t);
  const bool colon = t.ec == std::errc() && t.ptr != end && *t.ptr == ':';
  const auto k = colon ? std::from_chars(t.ptr + 1, end, read.k) : t;
  if (!colon || k.ec != std::errc() || k.ptr != end || read.k < 0 || read.k > read.t)
    return "is not two steps t:k with 0 ≤ k ≤ t, e.g. 20:3";
  pair = read;
  return {};
}

std::string check(const MapRequest& request, const config::Config& config) {
  const training::TaskOptions task = training::resolved(config.task);
  if (request.sequence > task.batch)
    return fmt::format("--sequence {} is out of range; the batch has {}, counted from 1",
                       request.sequence, task.batch);
  if (request.block != gradient::StateBlock::hidden &&
      !model::cell_of(config.model.cell).layout().has_c())
    return fmt::format("--state {} is for model.cell = lstm; the state of {} is h alone",
                       model::name_of(request.block), model::name_of(config.model.cell));
  if (request.product && request.product->t > task.steps)
    return fmt::format("--product {}:{} is out of range; the sequence has {} steps",
                       request.product->t, request.product->k, task.steps);
  return {};
}

std::string check(const MapRequest& request, const figure::FigureInfo& info) {
  if (request.product && !info.needs_spectra && !info.needs_chain)
    return fmt::format(
        "--product is for the figures spectrum and jacobian-chain and changes nothing in {}",
        info.name);
  if (request.epsilon != MapRequest().epsilon && info.name != "gradient-by-lag")
    return fmt::format("--epsilon is for the figure gradient-by-lag and changes nothing in {}",
                       info.name);
  return {};
}

}  // namespace backflow::cli
