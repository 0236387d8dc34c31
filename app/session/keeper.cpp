#include "app/session/keeper.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "app/session/comparison.h"
#include "app/session/directory_lister.h"
#include "app/session/session_about.h"
#include "app/session/session_file.h"
#include "app/session/state_directory.h"
#include "core/io/atomic_write.h"
#include "core/io/progress.h"
#include "core/io/shown.h"
#include "core/io/utf8.h"

namespace backflow::session {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

std::string from_the_root(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return error || path.empty() ? path : absolute.lexically_normal().string();
}

// What a session's file cannot say; empty when there is nothing of the kind.
std::string cannot_be_kept(const SavedSession& saved) {
  for (const SavedNetwork& network : saved.networks)
    if (network.state.setup.iteration > kMostIterations)
      return "this session has more than " + std::to_string(kMostIterations) +
             " iterations, which is more than its file can keep; Reset begins anew";
  for (const SavedFile& file : saved.files)
    if (!io::is_utf8(file.path))
      return "a session cannot name " + io::shown(file.path, '"', 60) +
             ", whose name is not UTF-8; rename that file and open it again";
  return {};
}

}  // namespace

class Keeper::Impl {
public:
  explicit Impl(KeeperServices services)
      : services_(std::move(services)),
        autosave_(services_.state_directory),
        recent_(services_.state_directory),
        lister_([this] { wake(); }) {
    if (!services_.changed) clean_ = services_.worker->latest()->changes;
    if (!services_.path.empty()) begin_with_file();
    add(false, [this] { look_around(); });
    thread_ = std::thread([this] { loop(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  // What must be done is done even when the end is near.
  void add(bool must, std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back({must, std::move(work)});
    }
    changed_.notify_one();
  }

  void open(const std::string& path) {
    begin("Opening " + name_of(path));
    const io::ProgressScope progress([this](double done) { tell(done); });
    std::string error;
    // By its name nobody could tell, and so nobody has asked about what is not saved.
    const bool unexpected = is_session_file(path) && !ends_in_json(path);
    if (unexpected && state().changed) {
      error = path + " is a session though its name does not end in .json; save this one first";
    } else if (is_session_file(path)) {
      auto saved = std::make_shared<SavedSession>();
      error = within_memory([&] { return read_session(path, *saved); });
      error = error.empty() ? install(saved, from_the_root(path), false) : path + " " + error;
    } else if (services_.open_other) {
      error = within_memory([&] { return services_.open_other(path); });
    } else {
      error = path + " is no session of Backflow";
    }
    if (error.empty()) remember(from_the_root(path));
    finish(error.empty() ? "Opened " + name_of(path) : error, !error.empty());
  }

  void save(const std::string& path, const DocumentNotes& with) {
    begin("Saving " + name_of(path));
    std::uint64_t changes = 0;
    const std::string error = within_memory([&] {
      SavedSession saved = copy(changes);
      saved.notes = with;
      stamp_files(saved);
      if (std::string refusal = cannot_be_kept(saved); !refusal.empty()) return refusal;
      io::remove_stale_temporaries(fs::path(path).parent_path().string());
      return io::write_file_atomically(path, session_text(saved));
    });
    if (error.empty()) {
      {
        const std::lock_guard lock(mutex_);
        state_.path = from_the_root(path);
        clean_ = changes;
        clean_notes_ = with.notes;
      }
      autosaved_.reset();
      autosave_.clear();
      remember(from_the_root(path));
    }
    finish(error.empty() ? "Saved " + name_of(path) : error, !error.empty());
  }

  void save_weights(const std::string& path) {
    begin("Saving " + name_of(path));
    std::string error = "weights cannot be saved here";
    if (services_.save_weights) error = within_memory([&] { return services_.save_weights(path); });
    finish(error.empty() ? "Saved " + name_of(path) : error, !error.empty());
  }

  void start_anew() {
    const std::string error = within_memory([&] {
      auto saved = std::make_shared<SavedSession>(Comparison(config::Config(), 0).saved());
      saved->speed_limit = services_.worker->latest()->speed_limit;
      return install(saved, {}, false);
    });
    finish(error.empty() ? "A new session" : error, !error.empty());
  }

  void recover(bool wanted) {
    if (orphans_.empty()) return;
    asked();
    Orphan orphan = std::move(orphans_.front());
    orphans_.pop_front();
    std::string error;
    if (wanted) {
      begin("Recovering");
      auto saved = std::make_shared<SavedSession>();
      error = within_memory([&] { return read_session(orphan.path, *saved); });
      error = error.empty() ? install(saved, saved->document, true) : orphan.path + " " + error;
      // Until it is saved it is kept again.
      if (error.empty()) autosave_.adopt(orphan);
    } else {
      Autosave::remove(orphan);
    }
    offer_next();
    finish(wanted && error.empty() ? "Recovered what was not saved" : error, !error.empty());
  }

  void keep(DocumentNotes with) {
    const std::lock_guard lock(mutex_);
    notes_ = std::move(with);
  }

  DocumentState state() const {
    const std::uint64_t now = services_.worker->latest()->changes;
    const std::lock_guard lock(mutex_);
    DocumentState state = state_;
    state.changed = is_changed(now);
    return state;
  }

  std::optional<DocumentNotes> take_opened() {
    const std::lock_guard lock(mutex_);
    return std::exchange(opened_, std::nullopt);
  }

  DirectoryLister& lister() { return lister_; }

private:
  struct Job {
    bool must = false;
    std::function<void()> work;
  };

  void wake() const {
    if (services_.wake) services_.wake();
  }

  bool is_changed(std::uint64_t now) const {
    return !clean_ || now > *clean_ || notes_.notes != clean_notes_;
  }

public:
  // One more thing to be done, whose end finish() tells.
  void asked() {
    const std::lock_guard lock(mutex_);
    ++state_.asked;
  }

private:
  void begin(std::string doing) {
    {
      const std::lock_guard lock(mutex_);
      state_.doing = std::move(doing);
      state_.share = -1.0;
    }
    wake();
  }

  void tell(double share) {
    {
      const std::lock_guard lock(mutex_);
      state_.share = share;
    }
    wake();
  }

  void finish(std::string message, bool failed) {
    {
      const std::lock_guard lock(mutex_);
      state_.doing.clear();
      state_.message = std::move(message);
      state_.failed = failed;
      ++state_.finished;
    }
    wake();
  }

  // One sentence also where there is no memory, or no worker any more.
  template <class Work>
  static std::string within_memory(Work work) {
    try {
      return work();
    } catch (const std::bad_alloc&) {
      return "there is not enough memory for this";
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  SavedSession copy(std::uint64_t& changes) const {
    const auto networks = services_.worker->copy().get();
    changes = networks->changes();
    return networks->saved();
  }

  void begin_with_file() {
    state_.path = from_the_root(services_.path);
    notes_ = services_.notes;
    clean_notes_ = notes_.notes;
    opened_ = notes_;
    add(true, [this] { remember(state_.path); });
  }

  // Makes it the session that is open. An empty string, or one sentence.
  std::string install(const std::shared_ptr<const SavedSession>& saved, const std::string& path,
                      bool changed) {
    return within_memory([&]() -> std::string {
      services_.worker->send(OpenSession{saved, ++last_opened_});
      // A copy asked for later comes later.
      const auto networks = services_.worker->copy().get();
      if (networks->opened() != last_opened_) return "there is not enough memory for this session";
      {
        const std::lock_guard lock(mutex_);
        state_.path = path;
        clean_.reset();
        if (!changed) clean_ = networks->opened_changes();
        notes_ = saved->notes;
        clean_notes_ = notes_.notes;
        opened_ = notes_;
      }
      autosaved_.reset();
      autosave_.clear();
      return {};
    });
  }

  void remember(const std::string& path) {
    auto paths = recent_.add(path);
    const std::lock_guard lock(mutex_);
    state_.recent = std::move(paths);
  }

  // At the start: what was there before.
  void look_around() {
    {
      auto paths = recent_.read();
      const std::lock_guard lock(mutex_);
      state_.recent = std::move(paths);
    }
    for (Orphan& orphan : autosave_.orphans()) orphans_.push_back(std::move(orphan));
    offer_next();
    wake();
  }

  // The next one that can be opened; another is left alone, for whoever finds out why it cannot.
  void offer_next() {
    std::string offer;
    while (!orphans_.empty() && offer.empty()) {
      SavedSession saved;
      const std::string& path = orphans_.front().path;
      const std::string error = within_memory([&] { return read_session(path, saved); });
      if (error.empty()) {
        offer = description(saved, path);
        continue;
      }
      const std::lock_guard lock(mutex_);
      state_.autosave_error = "what was kept in " + path + " " + error;
      orphans_.pop_front();
    }
    const std::lock_guard lock(mutex_);
    state_.recovery = std::move(offer);
  }

  void autosave() {
    if (!autosave_.is_on()) return;
    const std::uint64_t now = services_.worker->latest()->changes;
    DocumentNotes notes;
    std::string document;
    {
      const std::lock_guard lock(mutex_);
      if (!is_changed(now) || (now == autosaved_ && notes_.notes == autosaved_notes_)) return;
      notes = notes_;
      document = state_.path;
    }
    std::uint64_t changes = 0;
    const std::string error = within_memory([&] {
      SavedSession saved = copy(changes);
      saved.notes = notes;
      saved.document = document;
      stamp_files(saved);
      if (std::string refusal = cannot_be_kept(saved); !refusal.empty()) return refusal;
      return autosave_.write(session_text(saved));
    });
    const std::lock_guard lock(mutex_);
    state_.autosave_error = error;
    if (!error.empty()) return;
    autosaved_ = changes;
    autosaved_notes_ = notes.notes;
  }

  void loop() {
    Clock::time_point next = Clock::now() + services_.autosave_every;
    while (true) {
      Job job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, next, [this] { return stop_ || !jobs_.empty(); });
        if (stop_) std::erase_if(jobs_, [](const Job& waiting) { return !waiting.must; });
        if (stop_ && jobs_.empty()) return;
        if (!jobs_.empty()) {
          job = std::move(jobs_.front());
          jobs_.pop_front();
        }
      }
      if (job.work) job.work();
      if (Clock::now() < next) continue;
      autosave();
      next = Clock::now() + services_.autosave_every;
    }
  }

  KeeperServices services_;
  // Of the keeper's thread alone, once it runs.
  Autosave autosave_;
  RecentFiles recent_;
  std::deque<Orphan> orphans_;  // the first one is what is offered
  std::uint64_t last_opened_ = 0;
  std::optional<std::uint64_t> autosaved_;  // Snapshot::changes of what was kept last
  std::string autosaved_notes_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stop_ = false;
  DocumentState state_;  // but for `changed`
  // Snapshot::changes of what the document's file has; nothing when it has never had it.
  std::optional<std::uint64_t> clean_;
  std::string clean_notes_;  // its notes
  DocumentNotes notes_;      // now
  std::optional<DocumentNotes> opened_;

  DirectoryLister lister_;
  std::thread thread_;
};

Keeper::Keeper(KeeperServices services) : impl_(std::make_unique<Impl>(std::move(services))) {}
Keeper::~Keeper() = default;

void Keeper::open(const std::string& path) {
  impl_->asked();
  impl_->add(false, [this, path] { impl_->open(path); });
}

void Keeper::save(const std::string& path, DocumentNotes with) {
  impl_->asked();
  impl_->keep(with);
  impl_->add(true, [this, path, with = std::move(with)] { impl_->save(path, with); });
}

void Keeper::save_weights(const std::string& path) {
  impl_->asked();
  impl_->add(true, [this, path] { impl_->save_weights(path); });
}

void Keeper::keep(DocumentNotes with) { impl_->keep(std::move(with)); }

void Keeper::start_anew() {
  impl_->asked();
  impl_->add(false, [this] { impl_->start_anew(); });
}

void Keeper::recover(bool wanted) {
  impl_->add(true, [this, wanted] { impl_->recover(wanted); });
}

DocumentState Keeper::state() const { return impl_->state(); }
std::optional<DocumentNotes> Keeper::take_opened() { return impl_->take_opened(); }

void Keeper::list(const std::string& directory, bool hidden) {
  impl_->lister().ask(directory, hidden);
}

std::shared_ptr<const DirectoryListing> Keeper::listing() const { return impl_->lister().result(); }

}  // namespace backflow::session
