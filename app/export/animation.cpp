#include "app/export/animation.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/export/atomic_write.h"
#include "app/export/cairo_canvas.h"
#include "app/export/export.h"
#include "app/export/film.h"
#include "app/export/gif_writer.h"

namespace backflow::exporting {
namespace {

namespace fs = std::filesystem;

// Takes the pictures one after another; each function returns an empty string, or one sentence.
// What was not finished leaves nothing behind.
class Sink {
public:
  virtual ~Sink() = default;
  virtual std::string add(const figure::Figure& figure) = 0;
  virtual std::string finish(const std::function<bool()>& stop) = 0;
};

class GifSink final : public Sink {
public:
  explicit GifSink(const AnimationFile& file)
      : file_(file),
        hundredths_(std::max(1, static_cast<int>(std::lround(100.0 / file.per_second)))) {}

  std::string add(const figure::Figure& figure) override {
    const Raster picture = rasterize(figure, file_.look.png_scale);
    if (!gif_) gif_ = std::make_unique<GifWriter>(picture.width, picture.height);
    gif_->add(picture, hundredths_);
    return {};
  }
  std::string finish(const std::function<bool()>&) override {
    return gif_ ? write_file_atomically(file_.output, gif_->finish()) : "there is no picture";
  }

private:
  const AnimationFile& file_;
  int hundredths_;
  std::unique_ptr<GifWriter> gif_;
};

std::string numbered(int number) { return fmt::format("{:04}.png", number); }

// 0001.png, 0002.png, … in a directory that goes away with it.
class Pictures {
public:
  Pictures(const AnimationFile& file, const fs::path& parent) : file_(file), scratch_(parent) {}

  std::string add(const figure::Figure& figure) {
    return write_file_atomically((scratch_.path() / numbered(++count_)).string(),
                                 to_png(figure, file_.look.png_scale, {{}, file_.look.program}));
  }
  const fs::path& path() const { return scratch_.path(); }
  int count() const { return count_; }

private:
  const AnimationFile& file_;
  ScratchDirectory scratch_;
  int count_ = 0;
};

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

// Into a directory of the person's, all of them at the end.
class PngSink final : public Sink {
public:
  explicit PngSink(const AnimationFile& file)
      : directory_(fs::path(file.output).lexically_normal() / ""),
        pictures_(file, beside(directory_.parent_path())) {}

  std::string add(const figure::Figure& figure) override { return pictures_.add(figure); }
  std::string finish(const std::function<bool()>&) override {
    const fs::path directory = directory_.parent_path();
    std::error_code failure;
    fs::create_directories(directory, failure);
    for (int i = 1; i <= pictures_.count(); ++i)
      if (std::error_code ignored; fs::is_directory(directory / numbered(i), ignored))
        return (directory / numbered(i)).string() + " is a directory; no picture was written";
    for (int i = 1; i <= pictures_.count() && !failure; ++i)
      fs::rename(pictures_.path() / numbered(i), directory / numbered(i), failure);
    return failure ? "the pictures could not be put into " + directory.string() + ": " +
                         failure.message()
                   : std::string();
  }

private:
  // Where pictures may lie until all are there: in the directory itself, which may be all that can
  // be written, or a disk of its own; one that is not there yet comes into its parent.
  static fs::path beside(const fs::path& directory) {
    if (fs::is_directory(directory)) return directory;
    fs::create_directories(parent_of(directory));
    return parent_of(directory);
  }

  fs::path directory_;
  Pictures pictures_;
};

// From pictures ffmpeg makes a film.
class FilmSink final : public Sink {
public:
  explicit FilmSink(const AnimationFile& file)
      : file_(file), pictures_(file, fs::temp_directory_path()) {}

  std::string add(const figure::Figure& figure) override { return pictures_.add(figure); }
  std::string finish(const std::function<bool()>& stop) override {
    return make_film(pictures_.path(), file_.per_second, file_.output, stop);
  }

private:
  const AnimationFile& file_;
  Pictures pictures_;
};

bool is_film(const std::string& output) {
  return output.ends_with(".mp4") || output.ends_with(".webm");
}

std::unique_ptr<Sink> sink_for(const AnimationFile& file) {
  if (file.output.ends_with(".gif")) return std::make_unique<GifSink>(file);
  if (is_film(file.output)) return std::make_unique<FilmSink>(file);
  return std::make_unique<PngSink>(file);
}

class Walk final : public Reel {
public:
  Walk(std::shared_ptr<const session::Snapshot> snapshot, const figure::View& view)
      : shot_{std::move(snapshot), view},
        last_(figure::playhead_positions(shot_.snapshot->record->trace.steps())) {}

  std::optional<Shot> next(const Tick& tick) override {
    if (position_ == last_ || !tick(position_, last_)) return std::nullopt;
    shot_.view.playhead = figure::Playhead{++position_};
    shot_.view.pulse = 1.0;
    return shot_;
  }

private:
  Shot shot_;
  model::Index position_ = 0, last_;
};

}  // namespace

std::unique_ptr<Reel> walk_through(std::shared_ptr<const session::Snapshot> snapshot,
                                   const figure::View& view) {
  return std::make_unique<Walk>(std::move(snapshot), view);
}

bool is_one_file(const std::string& output) { return output.ends_with(".gif") || is_film(output); }

std::vector<std::string> pictures_in(const std::string& directory) {
  std::vector<std::string> pictures;
  std::error_code ignored;
  for (fs::directory_iterator at(directory, ignored), end; !ignored && at != end;
       at.increment(ignored))
    if (at->path().extension() == ".png") pictures.push_back(at->path().string());
  return pictures;
}

std::string check_animation(const std::string& output) {
  return is_film(output) ? check_film() : std::string();
}

std::string write_animation(const AnimationFile& file, Reel& reel, const Tick& tick) {
  bool stopped = false;
  std::int64_t done = 0, total = 0;
  const Tick noted = [&](std::int64_t now, std::int64_t all) {
    done = now, total = all;
    stopped = stopped || !tick(now, all);
    return !stopped;
  };
  try {
    const std::unique_ptr<Sink> sink = sink_for(file);
    while (const auto shot = reel.next(noted)) {
      const figure::Figure figure = figure_of(*file.info, *shot->snapshot, shot->view, file.look);
      if (std::string error = sink->add(figure); !error.empty()) return error;
    }
    if (stopped || !noted(total, total)) return {};
    return sink->finish([&] { return !noted(done, total); });
  } catch (const fs::filesystem_error& error) {
    return file.output + " could not be written: " + error.code().message();
  }
}

}  // namespace backflow::exporting
