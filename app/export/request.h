// What the window asks to be written, and what it is told about it: plain values and one interface,
// so that the window knows no file and no thread. exporter.h carries it out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/figure/caption.h"
#include "app/figure/preset.h"

namespace backflow::exporting {

enum class Format { svg, pdf, png, csv, npy };
inline constexpr Format kAllFormats[] = {Format::svg, Format::pdf, Format::png, Format::csv,
                                         Format::npy};

/// ".svg", ".pdf", ".png", ".csv", ".npy".
constexpr std::string_view extension(Format format) {
  constexpr std::string_view kEndings[] = {".svg", ".pdf", ".png", ".csv", ".npy"};
  return kEndings[static_cast<std::size_t>(format)];
}

/// True for the formats that hold the data of a figure, to which looks do not apply.
constexpr bool is_data(Format format) { return format == Format::csv || format == Format::npy; }

/// How a figure is to look in its file.
struct Look {
  figure::FigureStyle style;
  figure::Size size;         ///< of the figure
  double png_scale = 2.0;    ///< pixels per figure unit of 1/96 inch
  bool transparent = false;  ///< no background
  /// Under the figure (figure/caption.h); nothing: none.
  std::optional<figure::CaptionPlace> caption;
  std::string program;  ///< name and version, for caption and metadata

  bool operator==(const Look&) const = default;
};

/// The figure as it goes into a file, its caption with it.
inline figure::Figure figure_of(const figure::FigureInfo& info, const session::Snapshot& snapshot,
                                const figure::View& view, const Look& look) {
  const std::string caption =
      look.caption ? figure::caption_text(info, snapshot, look.program) : std::string();
  figure::Figure figure =
      figure::build_with_caption(info, snapshot, view, look.style, look.size, caption,
                                 look.caption.value_or(figure::CaptionPlace::below));
  const double larger = look.style.font_size / figure::FigureStyle().font_size;
  if (larger != 1.0) figure::scale_strokes(figure, larger);
  if (look.transparent) figure.background.a = 0;
  return figure;
}

/// A figure as it was on the screen at one moment.
struct Subject {
  const figure::FigureInfo* info = nullptr;
  std::shared_ptr<const session::Snapshot> snapshot;
  figure::View view;
  Look look;
};

/// Where it goes. A directory that begins with "~/" is below the home directory.
struct Destination {
  std::string directory;  ///< must exist
  std::string name;       ///< of the file without its ending, or of a folder in the directory
  bool overwrite = false;

  bool operator==(const Destination&) const = default;
};

/// Figures in each of the formats: one as NAME.svg, …; several into a folder of that name, each
/// under the figure's own name.
struct FilesRequest {
  std::vector<Subject> figures;
  std::vector<Format> formats;
  bool into_folder = false;
  Destination to;
};

enum class Moving {
  walk,    ///< forward and backward through the subject's iteration
  so_far,  ///< the training up to the subject's iteration, once more
  next     ///< the training goes on, in a copy of the network
};

struct AnimationRequest {
  Subject subject;
  Moving moving = Moving::walk;
  std::int64_t iterations = 100;  ///< of Moving::next
  std::int64_t pictures = 100;    ///< of a training, about so many
  double per_second = 10.0;
  std::string ending = ".gif";  ///< or ".mp4", ".webm"; empty: numbered PNG files in a folder
  Destination to;
};

struct ExportStatus {
  std::uint64_t revision = 0;  ///< grows with every change

  /// What became of the last write() or animate(), by its number.
  enum class Answer { none, checking, taken, exists, refused };
  std::uint64_t request = 0;
  Answer answer = Answer::none;
  std::string sentence;  ///< of `exists` and `refused`: what there is, or what is wrong

  /// The work under way.
  bool busy = false;
  std::string what;  ///< "loss-iteration-40.svg"
  std::int64_t done = 0, total = 0;

  /// What the last work came to: grows with each; text for people.
  std::uint64_t outcomes = 0;
  bool failed = false;
  std::string outcome;

  /// The last answer to examine(): one sentence about that directory, empty when all is well; and
  /// why films cannot be made, empty when they can.
  std::string examined, examination, no_film;

  /// The last answer to complete(): `completed` is `incomplete` with what that figure needs
  /// besides.
  const figure::FigureInfo* completed_for = nullptr;
  std::shared_ptr<const session::Snapshot> incomplete, completed;
};

/// None of its functions waits for anything.
class Exporter {
public:
  virtual ~Exporter() = default;
  /// Both return the number that ExportStatus::answer is for. Nothing is overwritten unless
  /// allowed.
  virtual std::uint64_t write(FilesRequest request) = 0;
  virtual std::uint64_t animate(AnimationRequest request) = 0;
  /// The figure as a picture for other programs to paste.
  virtual void copy(Subject subject) = 0;
  /// Looks whether that directory can be written to.
  virtual void examine(std::string directory) = 0;
  /// Computes what the figure shows and the snapshot does not have, such as the spectra.
  virtual void complete(const figure::FigureInfo& info,
                        std::shared_ptr<const session::Snapshot> snapshot,
                        const figure::View& view) = 0;
  /// Name and version of this program, for captions and metadata.
  virtual std::string program() const = 0;
  /// All that is under way or waits.
  virtual void cancel() = 0;
  virtual ExportStatus status() const = 0;
};

}  // namespace backflow::exporting
