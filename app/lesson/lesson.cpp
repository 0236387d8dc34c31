#include "app/lesson/lesson.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/figure/catalogue.h"
#include "app/figure/formula_text.h"
#include "app/session/json_place.h"
#include "core/config/keys.h"
#include "core/io/file_name.h"
#include "core/io/strict_json.h"

namespace backflow::lesson {
namespace {

using nlohmann::json;
using session::JsonPlace;

constexpr std::string_view kFormat = "backflow lesson";
constexpr io::JsonLimits kLimits{.depth = 16, .values = 100'000};
constexpr int kDigits = 3, kMostDigits = 15;

// The next {=…} from `at` on: what is between, and how many digits. Nothing when there is none.
struct Slot {
  std::size_t begin = 0, end = 0;  // of all of it
  std::string_view quantity;
  std::optional<int> digits;
};

std::optional<Slot> next_slot(std::string_view text, std::size_t at) {
  Slot slot;
  slot.begin = text.find("{=", at);
  if (slot.begin == std::string_view::npos) return std::nullopt;
  const std::size_t close = text.find('}', slot.begin);
  slot.end = close == std::string_view::npos ? text.size() : close + 1;
  slot.quantity = text.substr(slot.begin + 2, slot.end - slot.begin - 3);
  slot.digits = kDigits;
  if (const std::size_t colon = slot.quantity.find(':'); colon != std::string_view::npos) {
    slot.digits = config::parse_number<int>(slot.quantity.substr(colon + 1));
    slot.quantity = slot.quantity.substr(0, colon);
  }
  return slot;
}

// The text with what `number` makes of each of them.
template <class Number>
std::string replaced(std::string_view text, const Number& number) {
  std::string out;
  std::size_t at = 0;
  for (auto slot = next_slot(text, 0); slot; slot = next_slot(text, slot->end)) {
    out += text.substr(at, slot->begin - at);
    out += number(*slot);
    at = slot->end;
  }
  return out += text.substr(at);
}

// "0.0123", "1.23·10^{−7}"
std::string number_text(double value, int digits) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return value > 0.0 ? "∞" : "−∞";
  std::string text = fmt::format("{:.{}g}", value, digits);
  if (const std::size_t e = text.find('e'); e != std::string::npos) {
    const int exponent = std::stoi(text.substr(e + 1));
    text = text.substr(0, e) +
           fmt::format("·10^{{{}{}}}", exponent < 0 ? "−" : "", std::abs(exponent));
  }
  if (text.front() == '-') text = "−" + text.substr(1);
  return text;
}

// A text whose {=…} are all right.
std::string live_text(const JsonPlace& place) {
  std::string text = place.text();
  if (const std::string error = check_values(text); !error.empty()) place.complain(error);
  return text;
}

std::vector<std::string> texts(const JsonPlace& parent, std::string_view key) {
  std::vector<std::string> all;
  if (!parent.has(key)) return all;
  const JsonPlace place = parent.at(key);
  for (std::size_t i = 0; i < place.size(); ++i) all.push_back(live_text(place.at(i)));
  return all;
}

// As the command line has it.
std::string value_text(const JsonPlace& place) {
  const json& value = place.value();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  place.complain("is neither a text nor a number");
  return {};
}

void set_keys(const JsonPlace& parent, config::Config& config) {
  if (!parent.has("set")) return;
  const JsonPlace place = parent.at("set");
  if (!place.value().is_object()) return place.complain("is no object");
  const auto set = [&](const std::string& name) {
    const JsonPlace one = place.at(name);
    const config::Key* key = config::find_key(name);
    if (key != nullptr && key->names_file) return one.complain("names a file; a lesson has none");
    if (const std::string error = config::set_key_as_meant(config, name, value_text(one));
        !error.empty())
      one.complain("is refused: " + error);
  };
  constexpr const char* kScale = "model.init_scale";  // last: others change it as well
  for (const auto& member : place.value().items())
    if (member.key() != kScale) set(member.key());
  if (place.has(kScale)) set(kScale);
  if (const std::string error = config::validate(config); !error.empty())
    place.complain("is refused: " + error);
}

std::string figure_name(const JsonPlace& parent, std::string_view key) {
  if (!parent.has(key)) return {};
  const JsonPlace place = parent.at(key);
  std::string name = place.text();
  const figure::FigureInfo* info = figure::find_figure(name);
  if (info == nullptr)
    place.complain("is the name of no figure");
  else if (info->card != key)
    place.complain("is no figure of the " + std::string(key) + " card");
  return name;
}

model::Index read_sequence(const JsonPlace& parent) {
  const std::uint64_t sequence = parent.at("sequence").whole();
  if (sequence < 1 || sequence > 1024) parent.at("sequence").complain("is no sequence from 1 on");
  return static_cast<model::Index>(sequence) - 1;
}

Shown read_shown(const JsonPlace& parent) {
  Shown shown;
  if (!parent.has("show")) return shown;
  const JsonPlace place = parent.at("show");
  place.has_only({"map", "loss", "norm", "playhead", "pin", "state", "large", "highlight", "folded",
                  "formulas", "sequence"});
  shown.map = figure_name(place, "map");
  shown.loss = figure_name(place, "loss");
  shown.norm = figure_name(place, "norm");
  if (place.has("playhead"))
    shown.playhead =
        static_cast<model::Index>(std::min<std::uint64_t>(place.at("playhead").whole(), 1'000'000));
  if (shown.playhead == 0) place.at("playhead").complain("is no position from 1 on");
  if (place.has("pin")) {
    const JsonPlace pin = place.at("pin");
    if (pin.size() != 2) pin.complain("is no pair of steps");
    const auto t = pin.at(std::size_t{0}).whole(), k = pin.at(std::size_t{1}).whole();
    if (k > t || t > 1'000'000) pin.complain("is no pair of steps t ≥ k");
    shown.pin = {static_cast<model::Index>(t), static_cast<model::Index>(k)};
  }
  if (place.has("state")) {
    const auto state = model::parse_enum<gradient::StateBlock>(place.at("state").text());
    if (!state) place.at("state").complain("is none of hidden, cell and full");
    shown.state = state.value_or(gradient::StateBlock::hidden);
  }
  if (place.has("large")) {
    shown.large = place.at("large").text();
    constexpr std::array<std::string_view, 4> kCards{"network", "map", "loss", "norm"};
    if (std::ranges::find(kCards, shown.large) == kCards.end())
      place.at("large").complain("is none of network, map, loss and norm");
  }
  if (place.has("highlight")) shown.highlight = place.at("highlight").text();
  shown.folded = place.has("folded") && place.at("folded").flag();
  shown.formulas = place.has("formulas") && place.at("formulas").flag();
  if (place.has("sequence")) shown.sequence = read_sequence(place);
  return shown;
}

std::optional<Question> read_question(const JsonPlace& parent) {
  if (!parent.has("question")) return std::nullopt;
  const JsonPlace place = parent.at("question");
  place.has_only({"ask", "choices", "answer", "because"});
  Question question;
  question.ask = live_text(place.at("ask"));
  question.choices = texts(place, "choices");
  if (question.choices.size() < 2) place.complain("has fewer than two choices");
  const std::uint64_t answer = place.at("answer").whole();
  if (answer < 1 || answer > question.choices.size())
    place.at("answer").complain("is the number of no choice");
  question.answer = static_cast<std::size_t>(answer) - 1;
  question.because = live_text(place.at("because"));
  return question;
}

session::Quantity read_quantity(const JsonPlace& place, const std::string& text) {
  session::Quantity quantity;
  if (const std::string error = session::parse_quantity(text, quantity); !error.empty())
    place.complain(error);
  return quantity;
}

std::uint64_t read_iterations(const JsonPlace& parent, std::uint64_t otherwise) {
  if (!parent.has("iterations")) return otherwise;
  const std::uint64_t iterations = parent.at("iterations").whole();
  if (iterations > kMostPageIterations)
    parent.at("iterations").complain(fmt::format("is more than {}", kMostPageIterations));
  return iterations;
}

std::optional<OtherState> read_other(const JsonPlace& place, const Page& page) {
  if (!place.has("set") && !place.has("iterations") && !place.has("sequence")) return std::nullopt;
  OtherState other{{}, page.config, read_iterations(place, page.iterations), page.shown.sequence};
  if (place.has("sequence")) {
    other.sequence = read_sequence(place);
    other.text += fmt::format("sequence {}, ", other.sequence + 1);
  }
  set_keys(place, other.config);
  for (const config::Key* key : config::differing_keys(page.config, other.config))
    other.text += fmt::format("{} = {}, ", key->name, key->get(other.config));
  other.text +=
      fmt::format("after {} iteration{}", other.iterations, other.iterations == 1 ? "" : "s");
  return other;
}

Expectation read_expectation(const JsonPlace& place, const Page& page) {
  place.has_only({"quantity", "near", "within", "below", "above", "set", "iterations", "sequence"});
  Expectation expectation;
  expectation.other = read_other(place, page);
  expectation.text = place.at("quantity").text();
  expectation.quantity = read_quantity(place.at("quantity"), expectation.text);
  using Rule = Expectation::Rule;
  int rules = 0;
  for (const auto& [name, rule] :
       {std::pair{"near", Rule::near}, {"below", Rule::below}, {"above", Rule::above}}) {
    if (!place.has(name)) continue;
    ++rules;
    const JsonPlace value = place.at(name);
    expectation.rule = rule;
    expectation.value_text = value_text(value);
    if (value.value().is_string())
      expectation.value = read_quantity(value, expectation.value_text);
    else
      expectation.value = value.number();
  }
  if (rules != 1) place.complain("needs one of \"near\", \"below\" and \"above\"");
  if (place.has("within")) expectation.within = place.at("within").number();
  if (!(expectation.within >= 0.0)) place.at("within").complain("is negative");
  return expectation;
}

Page read_page(const JsonPlace& place, const config::Config& common) {
  place.has_only(
      {"title", "text", "formulas", "set", "iterations", "show", "question", "try", "expect"});
  Page page;
  page.config = common;
  page.title = place.at("title").text();
  (void)place.at("text");
  page.text = texts(place, "text");
  page.formulas = texts(place, "formulas");
  for (std::size_t i = 0; i < page.formulas.size(); ++i) {
    const std::string text = replaced(page.formulas[i], [](const Slot&) { return "0"; });
    figure::Formula formula;
    if (const std::string error = figure::parse_formula(text, formula); !error.empty())
      place.at("formulas").at(i).complain(error);
  }
  set_keys(place, page.config);
  page.iterations = read_iterations(place, 0);
  page.shown = read_shown(place);
  page.question = read_question(place);
  page.attempts = texts(place, "try");
  if (place.has("expect")) {
    const JsonPlace expect = place.at("expect");
    for (std::size_t i = 0; i < expect.size(); ++i)
      page.expectations.push_back(read_expectation(expect.at(i), page));
  }
  return page;
}

}  // namespace

std::string check_values(std::string_view text) {
  for (auto slot = next_slot(text, 0); slot; slot = next_slot(text, slot->end)) {
    const std::string named =
        "has \"" + std::string(text.substr(slot->begin, slot->end - slot->begin)) + "\", which ";
    if (text[slot->end - 1] != '}') return named + "is not closed";
    if (!slot->digits || *slot->digits < 1 || *slot->digits > kMostDigits)
      return named + "does not have 1 to 15 digits";
    session::Quantity quantity;
    if (const std::string error = session::parse_quantity(slot->quantity, quantity); !error.empty())
      return named + error;
  }
  return {};
}

std::string with_values(std::string_view text, const session::Snapshot& snapshot) {
  return replaced(text, [&](const Slot& slot) -> std::string {
    session::Quantity quantity;
    if (!session::parse_quantity(slot.quantity, quantity).empty()) return "–";
    return number_text(session::value_of(quantity, snapshot), slot.digits.value_or(kDigits));
  });
}

std::string parse_lesson(std::string_view text, std::string_view name, Lesson& lesson) {
  json value;
  if (std::string error = io::parse_json(text, kLimits, value); !error.empty()) return error;
  std::string error;
  const JsonPlace place(value, {}, error);
  if (!place.has("format") || place.at("format").value() != kFormat)
    return "is no lesson of Backflow: \"format\" is not \"backflow lesson\"";
  const std::uint64_t version = place.at("format_version").whole();
  if (error.empty() && version > kLessonFormatVersion)
    return fmt::format(
        "was written for a later version of Backflow (format_version {}; this one reads {})",
        version, kLessonFormatVersion);
  place.has_only({"format", "format_version", "title", "summary", "set", "pages"});
  Lesson read;
  read.name = name;
  read.title = place.at("title").text();
  read.summary = place.at("summary").text();
  config::Config common;
  set_keys(place, common);
  const JsonPlace pages = place.at("pages");
  if (pages.good() && (pages.size() < 1 || pages.size() > kMostPages))
    pages.complain(fmt::format("are not 1 to {}", kMostPages));
  for (std::size_t i = 0; i < pages.size() && error.empty(); ++i)
    read.pages.push_back(read_page(pages.at(i), common));
  if (error.empty()) lesson = std::move(read);
  return error;
}

std::string name_of_file(std::string_view path) {
  std::string name = io::file_name(std::string(path));
  if (name.ends_with(kLessonExtension)) name.resize(name.size() - kLessonExtension.size());
  // Those of the program are numbered.
  if (name.size() > 3 && std::isdigit(static_cast<unsigned char>(name[0])) != 0 &&
      std::isdigit(static_cast<unsigned char>(name[1])) != 0 && name[2] == '-')
    name.erase(0, 3);
  return name;
}

}  // namespace backflow::lesson
