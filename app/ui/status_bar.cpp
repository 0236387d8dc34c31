#include "app/ui/status_bar.h"

#include <cmath>

#include <fmt/format.h>

#include "app/figure/comparison.h"
#include "app/figure/number_format.h"
#include "app/figure/text_markup.h"
#include "app/ui/measures.h"
#include "app/ui/widgets.h"
#include "core/training/divergence.h"

namespace backflow::ui {
namespace {

constexpr const char* kBetween = "   ·   ";

std::string iterations(const session::Snapshot& snapshot) {
  return figure::grouped(snapshot.iteration) +
         (snapshot.iteration == 1 ? " iteration done" : " iterations done");
}

std::string progress(const session::Snapshot& snapshot) {
  const std::string text = iterations(snapshot);
  if (snapshot.running && snapshot.iterations_per_second > 0.0)
    return text + kBetween +
           fmt::format("{} per second", figure::grouped(static_cast<std::uint64_t>(
                                            std::llround(snapshot.iterations_per_second))));
  if (snapshot.divergence) return text + kBetween + "stopped";
  return snapshot.running ? text : text + kBetween + "paused";
}

std::string frame_time(double frame_ms) { return fmt::format("frame {:.1f} ms", frame_ms); }

std::string verdict_of_one(const session::Snapshot& snapshot, bool with_proof) {
  if (snapshot.divergence)
    return figure::subscripts_to_markup(training::describe(*snapshot.divergence));
  if (!snapshot.analysis) return {};
  const auto& bound = snapshot.analysis->bound;
  return with_proof ? gradient::verdict(snapshot.analysis->decay, bound)
                    : gradient::verdict(snapshot.analysis->decay);
}

// Of two networks: "A: gradient falls ×0.77 per step     B: …", and whole sentences when asked for
// the longer form.
std::string verdict(const session::Snapshot& snapshot, bool with_proof) {
  if (!snapshot.other) return verdict_of_one(snapshot, with_proof);
  std::string text;
  for (const session::Snapshot* side : figure::both(snapshot)) {
    const std::string sentence = verdict_of_one(*side, false);
    if (sentence.empty()) continue;
    text += (text.empty() ? "" : "     ") + std::string(side->is_b ? "B: " : "A: ") +
            (with_proof ? sentence : sentence.substr(0, sentence.find(':')));
  }
  return text;
}

}  // namespace

std::string status_text(const session::Snapshot& snapshot, double frame_ms) {
  std::string text = progress(snapshot);
  for (const Measure& measure : measures(snapshot)) text += kBetween + measure.text;
  return text + kBetween + frame_time(frame_ms);
}

void draw_status_bar(UiContext& ui, const Rect& rect, const session::Snapshot& snapshot,
                     double frame_ms, const std::string& message) {
  const double size = ui.px(12.0), gap = ui.px(24.0);
  const auto width_of = [&](const std::string& text) { return figure::text_width(text, size); };
  const auto bold_width = [&](const std::string& text) {
    return figure::text_width(text, ui.px(13.0), true);
  };
  std::string status = progress(snapshot);
  std::string help = status;
  const std::string short_verdict = verdict(snapshot, false);
  // What does not fit even alone is cut after its first clause.
  const std::string clause =
      snapshot.other ? std::string() : short_verdict.substr(0, short_verdict.find(':'));
  const std::string least =
      bold_width(short_verdict) <= rect.width - width_of(status) - gap ? short_verdict : clause;
  const double right = message.empty() ? bold_width(least) : width_of(message);
  const auto add = [&](const std::string& text) {
    const std::string longer = status + kBetween + text;
    if (width_of(longer) + gap + right <= rect.width) status = longer;
  };
  for (const Measure& measure : measures(snapshot)) {
    add(measure.text);
    help += "\n" + measure.help;
  }
  add(frame_time(frame_ms));
  if (width_of(status) + gap + right > rect.width) status = iterations(snapshot);
  const double used = width_of(status);
  interact(ui, {"Status",
                help + "\n" + frame_time(frame_ms),
                {rect.x, rect.y, std::min(used, rect.width), rect.height}});
  draw_text(ui, rect, status, 12.0, ui.colors().muted_text);
  const Rect rest{rect.x + used + gap, rect.y, rect.width - used - gap, rect.height};
  if (!message.empty()) {
    draw_text(ui, rest, message, 12.0, ui.colors().warning, figure::HAlign::right);
    return;
  }
  // Half a verdict is none.
  for (const std::string& text : {verdict(snapshot, true), least}) {
    if (bold_width(text) > rest.width) continue;
    return draw_text(ui, rest, text, 13.0, ui.colors().text, figure::HAlign::right, true);
  }
}

}  // namespace backflow::ui
