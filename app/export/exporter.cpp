#include "app/export/exporter.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <mutex>
#include <new>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "app/export/atomic_write.h"
#include "app/export/clipboard.h"
#include "app/export/export.h"
#include "app/export/film.h"
#include "app/export/lane.h"

namespace backflow::exporting {
namespace {

namespace fs = std::filesystem;

fs::path at_home(const std::string& directory) {
  const char* const home = std::getenv("HOME");
  if (home == nullptr || (directory != "~" && !directory.starts_with("~/"))) return directory;
  return fs::path(home) / fs::path(directory.substr(std::min<std::size_t>(2, directory.size())));
}

// One sentence about a directory; empty when files can be put there.
std::string examined(const std::string& asked) {
  const fs::path directory = at_home(asked);
  std::error_code ignored;
  if (asked.empty()) return "a directory is needed";
  if (!fs::exists(directory, ignored)) return "there is no directory " + asked;
  if (!fs::is_directory(directory, ignored)) return asked + " is not a directory";
  if (access(directory.c_str(), W_OK | X_OK) != 0) return asked + " cannot be written to";
  return {};
}

std::string checked_name(const std::string& name) {
  if (name.empty()) return "a name is needed";
  if (name == "." || name == ".." || name.find('/') != std::string::npos)
    return "the name is for one file; its directory has a field of its own";
  if (name.size() > 200) return "the name is too long";
  return {};
}

std::string said_of(const std::vector<std::string>& paths) {
  std::vector<std::string> existing;
  std::error_code ignored;
  for (const std::string& path : paths)
    if (fs::exists(path, ignored)) existing.push_back(fs::path(path).filename().string());
  if (existing.empty()) return {};
  const std::size_t others = existing.size() - 1;
  return existing.front() + (others == 0   ? " exists"
                             : others == 1 ? " and another file exist"
                                           : " and " + std::to_string(others) + " others exist");
}

struct Refusal {
  ExportStatus::Answer answer = ExportStatus::Answer::taken;
  std::string sentence;
};

Refusal check(const Destination& to, const std::vector<std::string>& paths) {
  using enum ExportStatus::Answer;
  std::string error = examined(to.directory);
  if (error.empty()) error = checked_name(to.name);
  if (!error.empty()) return {refused, error};
  if (std::string existing = said_of(paths); !existing.empty() && !to.overwrite)
    return {exists, existing};
  return {};
}

std::vector<std::string> outputs_of(const AnimationRequest& request) {
  const std::string output = output_of(request);
  if (is_one_file(output)) return {output};
  return pictures_in(output);
}

}  // namespace

std::vector<std::string> files_of(const FilesRequest& request) {
  const fs::path directory = at_home(request.to.directory);
  std::vector<std::string> files;
  for (const Subject& subject : request.figures)
    for (const Format format : request.formats) {
      const fs::path stem = request.into_folder
                                ? directory / request.to.name / std::string(subject.info->name)
                                : directory / request.to.name;
      files.push_back(stem.string().append(extension(format)));
    }
  return files;
}

std::string output_of(const AnimationRequest& request) {
  return (at_home(request.to.directory) / request.to.name).string() + request.ending;
}

class FileExporter::Impl {
public:
  explicit Impl(ExporterServices services) : services_(std::move(services)) {}

  ~Impl() {
    closing_ = true;
    ++overtaken_;
  }

  // `plan` and `work` are called on threads of their own, one after the other.
  template <class Request, class Work>
  std::uint64_t submit(Request request, std::vector<std::string> (*plan)(const Request&),
                       Work work) {
    const std::uint64_t number = ++requests_;
    tell([&](ExportStatus& status) {
      status.request = number;
      status.answer = ExportStatus::Answer::checking;
    });
    quick_.add([this, number, plan, work, request = std::move(request)] {
      const Refusal refusal = check(request.to, plan(request));
      if (refusal.answer == ExportStatus::Answer::taken)
        begin([this, work, request](const auto& stop) { return work(*this, request, stop); },
              finishes(request));
      tell([&](ExportStatus& status) {
        if (status.request != number) return;
        status.answer = refusal.answer;
        status.sentence = refusal.sentence;
      });
    });
    return number;
  }

  static bool finishes(const FilesRequest& request) { return !request.into_folder; }
  static bool finishes(const AnimationRequest&) { return false; }

  /// What it came to: text for people, or a failure.
  struct Outcome {
    std::string error, done;
  };
  using Stop = std::function<bool()>;

  /// What is to finish is carried out also when the window closes meanwhile; it is soon done.
  void begin(std::function<Outcome(const Stop&)> work, bool finishes) {
    tell([&](ExportStatus& status) {
      if (waiting_++ == 0) status.done = status.total = 0, status.what.clear();
      status.busy = true;
    });
    long_.add([this, finishes, work = std::move(work), number = cancelled_.load()] {
      const Stop stop = [this, finishes, number] {
        return cancelled_ != number || (closing_ && !finishes);
      };
      Outcome outcome;
      told_what_.clear();
      if (!stop()) outcome = carried_out(work, stop);
      tell([&](ExportStatus& status) {
        status.busy = --waiting_ > 0;
        if (closing_) return;
        ++status.outcomes;
        status.failed = !outcome.error.empty();
        status.outcome = status.failed ? outcome.error : stop() ? "cancelled" : outcome.done;
      });
    });
  }

  static Outcome carried_out(const std::function<Outcome(const Stop&)>& work, const Stop& stop) {
    try {
      return work(stop);
    } catch (const std::bad_alloc&) {
      return {"there is not enough memory for this; take a smaller picture", {}};
    } catch (const std::exception& error) {
      return {error.what(), {}};
    }
  }

  Outcome write(const FilesRequest& request, const Stop& stop) {
    const std::vector<std::string> files = files_of(request);
    const fs::path first = fs::absolute(files.front()).lexically_normal();
    std::error_code failure;
    if (request.into_folder) fs::create_directories(first.parent_path(), failure);
    if (failure)
      return {"the directory " + first.parent_path().string() +
                  " could not be made: " + failure.message(),
              {}};
    std::size_t i = 0;
    for (const Subject& subject : request.figures) {
      progress(fs::path(files[i]).filename(), i, files.size());
      const auto snapshot =
          services_.complete(*subject.info, subject.snapshot, subject.view, false, stop);
      for (const Format format : request.formats) {
        if (!snapshot || stop()) return {};
        progress(fs::path(files[i]).filename(), i, files.size());
        const std::string error = write_file_atomically(
            files[i], render(*subject.info, *snapshot, subject.view, subject.look, format));
        if (!error.empty()) return {error, {}};
        ++i;
      }
    }
    if (request.into_folder)
      return {
          {},
          "written: " + std::to_string(files.size()) + " files in " + first.parent_path().string()};
    return {{},
            "written: " + first.string() +
                (files.size() > 1 ? " and " + std::to_string(files.size() - 1) + " more" : "")};
  }

  ExporterServices::Moments moments(const AnimationRequest& request) const {
    return request.moving == Moving::walk ? ExporterServices::Moments()
                                          : services_.training(request);
  }

  Outcome animate(const AnimationRequest& request, const ExporterServices::Moments& moments,
                  const Stop& stop) {
    AnimationFile file{.info = request.subject.info,
                       .look = request.subject.look,
                       .per_second = request.per_second,
                       .output = output_of(request)};
    if (std::string error = check_animation(file.output); !error.empty()) return {error, {}};
    const fs::path name = fs::path(file.output).filename();
    progress(name, 0, 0);
    std::unique_ptr<Reel> reel;
    if (request.moving == Moving::walk) {
      const auto snapshot = services_.complete(*request.subject.info, request.subject.snapshot,
                                               request.subject.view, true, stop);
      if (snapshot) reel = walk_through(snapshot, request.subject.view);
    } else {
      reel = moments(stop);
    }
    if (!reel) return {};
    const std::string error =
        write_animation(file, *reel, [&](std::int64_t done, std::int64_t total) {
          progress(name, static_cast<std::size_t>(done), static_cast<std::size_t>(total));
          return !stop();
        });
    return {error, "written: " + fs::absolute(file.output).lexically_normal().string()};
  }

  Outcome copy(const Subject& subject, const Stop& stop) {
    progress("the picture", 0, 1);
    const auto snapshot =
        services_.complete(*subject.info, subject.snapshot, subject.view, false, stop);
    if (!snapshot || stop()) return {};
    return {
        clipboard_.put(render(*subject.info, *snapshot, subject.view, subject.look, Format::png)),
        "copied: " + std::string(subject.info->title) + " as a picture"};
  }

  void examine(std::string directory) {
    quick_.add([this, directory = std::move(directory)] {
      std::string sentence = examined(directory), no_film = check_film();
      tell([&](ExportStatus& status) {
        status.examined = directory;
        status.examination = std::move(sentence);
        status.no_film = std::move(no_film);
      });
    });
  }

  void complete(const figure::FigureInfo& info, std::shared_ptr<const session::Snapshot> snapshot,
                const figure::View& view) {
    // Only the last question counts.
    analyses_.add([this, &info, snapshot = std::move(snapshot), view, number = ++overtaken_] {
      try {
        auto completed = services_.complete(info, snapshot, view, false,
                                            [this, number] { return overtaken_ != number; });
        if (!completed) return;
        tell([&](ExportStatus& status) {
          status.completed_for = &info;
          status.incomplete = snapshot;
          status.completed = std::move(completed);
        });
      } catch (const std::exception&) {  // the preview goes without; exporting will say so
      }
    });
  }

  void cancel() { ++cancelled_; }
  const std::string& program() const { return services_.program; }

  ExportStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

private:
  template <class Change>
  void tell(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change(status_);
      ++status_.revision;
    }
    if (services_.wake && !closing_) services_.wake();
  }

  // Told often enough to be seen moving.
  void progress(const std::string& what, std::size_t done, std::size_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (what == told_what_ && now < next_told_) return;
    told_what_ = what;
    next_told_ = now + std::chrono::milliseconds(50);
    tell([&](ExportStatus& status) {
      status.what = what;
      status.done = static_cast<std::int64_t>(done);
      status.total = static_cast<std::int64_t>(total);
    });
  }

  ExporterServices services_;
  mutable std::mutex mutex_;
  ExportStatus status_;
  int waiting_ = 0;  // of the long works, guarded by mutex_
  std::atomic<std::uint64_t> requests_ = 0;
  // Work that began under another number has to stop.
  std::atomic<std::uint64_t> cancelled_ = 0, overtaken_ = 0;
  std::atomic<bool> closing_ = false;
  // Of the long lane:
  Clipboard clipboard_;
  std::string told_what_;
  std::chrono::steady_clock::time_point next_told_;
  // Last, and in this order: each may still be given work by the ones below it.
  Lane long_{[this] { return clipboard_.bury(); }}, analyses_, quick_;
};

FileExporter::FileExporter(ExporterServices services)
    : impl_(std::make_unique<Impl>(std::move(services))) {}
FileExporter::~FileExporter() = default;

std::uint64_t FileExporter::write(FilesRequest request) {
  return impl_->submit(std::move(request), &files_of,
                       [](Impl& impl, const FilesRequest& files, const Impl::Stop& stop) {
                         return impl.write(files, stop);
                       });
}

std::uint64_t FileExporter::animate(AnimationRequest request) {
  auto moments = impl_->moments(request);
  return impl_->submit(std::move(request), &outputs_of,
                       [moments = std::move(moments)](Impl& impl, const AnimationRequest& animation,
                                                      const Impl::Stop& stop) {
                         return impl.animate(animation, moments, stop);
                       });
}

void FileExporter::copy(Subject subject) {
  impl_->begin([impl = impl_.get(), subject = std::move(subject)](
                   const Impl::Stop& stop) { return impl->copy(subject, stop); },
               true);
}

void FileExporter::examine(std::string directory) { impl_->examine(std::move(directory)); }
void FileExporter::complete(const figure::FigureInfo& info,
                            std::shared_ptr<const session::Snapshot> snapshot,
                            const figure::View& view) {
  impl_->complete(info, std::move(snapshot), view);
}
std::string FileExporter::program() const { return impl_->program(); }
void FileExporter::cancel() { impl_->cancel(); }
ExportStatus FileExporter::status() const { return impl_->status(); }

}  // namespace backflow::exporting
