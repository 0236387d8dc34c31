#include "app/cli/animate_command.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "app/cli/command_line.h"
#include "app/cli/destination.h"
#include "app/cli/film.h"
#include "app/cli/progress.h"
#include "app/cli/version.h"
#include "app/export/atomic_write.h"
#include "app/export/cairo_canvas.h"
#include "app/export/gif_writer.h"
#include "app/figure/catalogue.h"
#include "app/session/analysis.h"
#include "app/session/session.h"

namespace backflow::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kUsualPictures = 100;

// Takes the pictures one after another; each function returns an empty string, or one sentence.
class Sink {
public:
  virtual ~Sink() = default;
  virtual std::string add(const figure::Figure& figure) = 0;
  virtual std::string finish() = 0;
};

class GifSink final : public Sink {
public:
  explicit GifSink(const AnimateRequest& request)
      : request_(request),
        hundredths_(std::max(1, static_cast<int>(std::lround(100.0 / request.per_second)))) {}

  std::string add(const figure::Figure& figure) override {
    const exporting::Raster picture = exporting::rasterize(figure, request_.scale);
    if (!gif_) gif_ = std::make_unique<exporting::GifWriter>(picture.width, picture.height);
    gif_->add(picture, hundredths_);
    return {};
  }
  std::string finish() override {
    return exporting::write_file_atomically(request_.output, gif_->finish());
  }

private:
  const AnimateRequest& request_;
  int hundredths_;
  std::unique_ptr<exporting::GifWriter> gif_;
};

// 0001.png, 0002.png, … in a directory.
class PngSink : public Sink {
public:
  PngSink(fs::path directory, double scale) : directory_(std::move(directory)), scale_(scale) {}

  std::string add(const figure::Figure& figure) override {
    const fs::path path = directory_ / fmt::format("{:04}.png", ++count_);
    return exporting::write_file_atomically(path.string(),
                                            exporting::to_png(figure, scale_, {{}, kProgram}));
  }
  std::string finish() override { return {}; }

private:
  fs::path directory_;
  double scale_;
  int count_ = 0;
};

// As PNG files in a directory that goes away, from which ffmpeg makes a film.
class FilmSink final : public Sink {
public:
  explicit FilmSink(const AnimateRequest& request)
      : request_(request), pictures_(scratch_.path(), request.scale) {}

  std::string add(const figure::Figure& figure) override { return pictures_.add(figure); }
  std::string finish() override {
    return make_film(scratch_.path(), request_.per_second, request_.output);
  }

private:
  const AnimateRequest& request_;
  ScratchDirectory scratch_;
  PngSink pictures_;
};

bool is_film(const std::string& output) {
  return output.ends_with(".mp4") || output.ends_with(".webm");
}

std::string check(const AnimateRequest& request) {
  if (request.output.empty())
    return "animate needs --output: a file ending in .gif, .mp4 or .webm, or a directory for "
           "numbered PNG files";
  if (figure::find_figure(request.figure) == nullptr)
    return "--figure " + request.figure + " is no figure (\"backflow figures\" lists them)";
  if (std::string error = check_colors(*figure::find_figure(request.figure), request.colors);
      !error.empty())
    return error;
  if (request.walk && !figure::find_figure(request.figure)->follows.playhead)
    return "--walk is for the figures unrolled, folded, explanation and dashboard";
  if (request.walk && request.every > 0) return "--every is for an animation without --walk";
  if (request.output.ends_with(".gif") || is_film(request.output)) {
    std::string error = check_destination(request.output);
    if (error.empty() && !request.force) error = check_existing({request.output});
    if (error.empty() && is_film(request.output)) error = check_film();
    return error;
  }
  std::error_code ignored;
  if (!fs::exists(request.output, ignored)) return {};
  if (!fs::is_directory(request.output, ignored))
    return "--output " + request.output +
           " is not a directory and does not end in .gif, .mp4 or "
           ".webm";
  const auto first = (fs::path(request.output) / "0001.png").string();
  return request.force ? "" : check_existing({first});
}

std::unique_ptr<Sink> sink_for(const AnimateRequest& request, std::string& error) {
  if (request.output.ends_with(".gif")) return std::make_unique<GifSink>(request);
  if (is_film(request.output)) return std::make_unique<FilmSink>(request);
  std::error_code failure;
  fs::create_directories(request.output, failure);
  if (failure)
    error = "the directory " + request.output + " could not be made: " + failure.message();
  return std::make_unique<PngSink>(request.output, request.scale);
}

class Animation {
public:
  Animation(const config::Config& config, const AnimateRequest& request, Sink& sink)
      : request_(request),
        info_(*figure::find_figure(request.figure)),
        session_(config, 0),
        sink_(sink) {
    style_.theme = request.theme;
    style_.colors = request.colors;
  }

  std::string over_training() {
    const std::int64_t every =
        request_.every > 0 ? request_.every
                           : std::max<std::int64_t>(1, request_.iterations / kUsualPictures);
    std::string error;
    train(request_.iterations, [&](std::int64_t done) {
      if (done % every == 0 || done == request_.iterations) error = add({}, {});
      return error.empty();
    });
    return error;
  }

  std::string over_walk() {
    train(request_.iterations, [](std::int64_t) { return true; });
    const session::Snapshot snapshot = analysed({.walk = true});
    const model::Index T = snapshot.record->trace.steps();
    Progress progress("drawing", figure::playhead_positions(T));
    for (model::Index position = 1; position <= figure::playhead_positions(T); ++position) {
      figure::View view;
      view.playhead = figure::Playhead{position};
      if (std::string error = draw(snapshot, view); !error.empty()) return error;
      progress.update(position);
    }
    return {};
  }

private:
  void train(std::int64_t iterations, const std::function<bool(std::int64_t)>& after_each) {
    Progress progress("training", iterations);
    session_.execute(session::Run{});
    for (std::int64_t i = 0; i < iterations && session_.wants_to_iterate(); ++i) {
      session_.iterate();
      progress.update(i + 1);
      if (!after_each(i + 1)) return;
    }
    session_.execute(session::Pause{});
    session_.refresh();
  }

  session::Snapshot analysed(session::AnalysisOptions options) {
    options.spectra = info_.needs_spectra;
    options.chain = info_.needs_chain;
    options.contributions = info_.needs_contributions;
    options.lyapunov = info_.needs_lyapunov;
    options.neuron = info_.needs_neuron;
    session::Snapshot snapshot = session_.snapshot();
    session::attach(
        session::analyse(snapshot.record, session::with_config(options, snapshot.config)),
        snapshot);
    return snapshot;
  }

  std::string add(const session::AnalysisOptions& options, const figure::View& view) {
    return draw(analysed(options), view);
  }

  std::string draw(const session::Snapshot& snapshot, const figure::View& view) {
    return sink_.add(info_.build(snapshot, view, style_, info_.default_size));
  }

  const AnimateRequest& request_;
  const figure::FigureInfo& info_;
  figure::FigureStyle style_;
  session::Session session_;
  Sink& sink_;
};

}  // namespace

int animate(const config::Config& config, const AnimateRequest& request, std::ostream& out,
            std::ostream& err) {
  if (const std::string error = check(request); !error.empty()) {
    err << "backflow: " << error << '\n';
    return kBadUsage;
  }
  std::string error;
  const std::unique_ptr<Sink> sink = sink_for(request, error);
  if (error.empty()) {
    Animation animation(config, request, *sink);
    error = request.walk ? animation.over_walk() : animation.over_training();
  }
  if (error.empty()) error = sink->finish();
  if (!error.empty()) {
    err << "backflow: " << error << '\n';
    return kFailure;
  }
  out << request.output << '\n';
  return kSuccess;
}

}  // namespace backflow::cli
