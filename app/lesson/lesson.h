// A lesson: a few pages, each with text, formulas, the state that the window shows beside them, a
// question to answer before going on, things to try, and what can be checked without a window.
//
// Its file is JSON (the README has an example; paragraphs stand in arrays, for JSON has no line
// breaks):
//
//   "format": "backflow lesson", "format_version": 1
//   "title"     what it is about
//   "summary"   one sentence, for lists
//   "set"       configuration keys with their values, of all pages
//   "pages"     one to kMostPages, each with
//     "title"
//     "text"        paragraphs
//     "formulas"    lines in the language of app/figure/formula_text.h; may be left out
//     "set"         keys, over those of the lesson; may be left out
//     "iterations"  of training before the page is shown; 0 when left out
//     "show"        what the window shows, all of it optional (Shown)
//     "question"    "ask", "choices", "answer" (which one, from 1) and "because"
//     "try"         things to do
//     "expect"      numbers: "quantity" (app/session/quantity.h) and one of
//                     "near", "below", "above": a number, or another quantity; near may come with
//                     "within", a share of it (0.01 when left out). With "set", keys over the
//                     page's, "iterations" or "sequence" the first quantity is that of another
//                     state, for what the text says of it; what it is compared with is the page's
//
// In text, question, try and formulas {=quantity} stands for its value as it is now, with three
// digits, {=quantity:5} with five. A page's state is the same however one comes to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "app/session/quantity.h"
#include "core/config/config.h"

namespace backflow::lesson {

inline constexpr int kLessonFormatVersion = 1;
inline constexpr std::string_view kLessonExtension = ".lesson.json";
inline constexpr std::size_t kMostPages = 20;
inline constexpr std::uint64_t kMostPageIterations = 20'000;

struct Question {
  std::string ask;
  std::vector<std::string> choices;
  std::size_t answer = 0;  ///< index of the right one
  std::string because;
};

/// A state that a page speaks of and does not show.
struct OtherState {
  std::string text;  ///< all that differs, and how far it is trained: "model.cell = gru, after 1000
                     ///< iterations"
  config::Config config;
  std::uint64_t iterations = 0;
  model::Index sequence = 0;
};

/// A number, or the value of a quantity.
using Value = std::variant<double, session::Quantity>;

struct Expectation {
  enum class Rule { near, below, above };

  std::string text;  ///< of the quantity, as it is written
  session::Quantity quantity;
  Rule rule = Rule::near;
  std::string value_text;
  Value value = 0.0;
  double within = 0.01;             ///< of near: share of the value, ≥ 0
  std::optional<OtherState> other;  ///< whose the quantity is, but not the value
};

/// What the window shows beside a page. What is not given is as usual.
struct Shown {
  /// Figures, by their names in the catalogue, of the map, the loss and the norm card; empty: the
  /// card's first.
  std::string map, loss, norm;
  std::optional<model::Index> playhead;                       ///< position of a walk (playhead.h)
  std::optional<std::pair<model::Index, model::Index>> pin;   ///< (t, k)
  gradient::StateBlock state = gradient::StateBlock::hidden;  ///< of an LSTM, in the map
  std::string large;      ///< network, map, loss or norm: that card alone; empty: all four
  std::string highlight;  ///< a control or figure, by its label, with a frame around it
  bool folded = false;
  bool formulas = false;  ///< the explanation strip under the network
  model::Index sequence = 0;
};

struct Page {
  std::string title;
  std::vector<std::string> text, formulas;
  config::Config config;
  std::uint64_t iterations = 0;
  Shown shown;
  std::optional<Question> question;
  std::vector<std::string> attempts;  ///< "try"
  std::vector<Expectation> expectations;
};

struct Lesson {
  std::string name;  ///< name_of_file()
  std::string title, summary;
  std::vector<Page> pages;
};

/// Reads a lesson's file. Returns an empty string, or what is wrong and where, to be read after the
/// file's name ("pages[2].expect[0].quantity is no quantity"); `lesson` is unchanged then.
std::string parse_lesson(std::string_view text, std::string_view name, Lesson& lesson);

/// The name that the lesson of a file has: without directory, number and extension.
/// "04-vanishing.lesson.json" is "vanishing".
std::string name_of_file(std::string_view path);

/// Text with the values of {=quantity} as they are in the snapshot. A value that is not there is
/// "–".
std::string with_values(std::string_view text, const session::Snapshot& snapshot);

/// What is wrong with the {=…} of a text, to be read after its place; empty when nothing is.
std::string check_values(std::string_view text);

}  // namespace backflow::lesson
