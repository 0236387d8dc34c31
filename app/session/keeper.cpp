#include "app/session/keeper.h"

#include <atomic>
#include <deque>
#include <exception>
#include <filesystem>
#include <future>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "app/session/chores.h"
#include "app/session/comparison.h"
#include "app/session/directory_lister.h"
#include "app/session/open_document.h"
#include "app/session/open_file.h"
#include "app/session/session_about.h"
#include "app/session/session_file.h"
#include "app/session/state_directory.h"
#include "core/io/atomic_write.h"
#include "core/io/file_name.h"
#include "core/io/progress.h"

namespace backflow::session {
namespace {

using io::file_name;

// One sentence also where there is no memory, or no worker any more.
template <class Work>
std::string within_memory(Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return "there is not enough memory for this";
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

class Keeper::Impl {
public:
  explicit Impl(KeeperServices services)
      : services_(std::move(services)),
        recent_(services_.state_directory),
        document_(services_.wake, io::from_the_root(services_.path), services_.notes,
                  services_.changed ? std::nullopt : std::optional(changes())),
        lister_([this] {
          if (services_.wake) services_.wake();
        }),
        chores_(services_.autosave_every, [this] { keep(); }) {
    if (!services_.path.empty()) chores_.add(true, [this] { remember(services_.path); });
    chores_.add(false, [this] { look_around(); });
  }

  OpenDocument& document() { return document_; }
  DirectoryLister& lister() { return lister_; }
  DocumentState state() const { return document_.state(changes()); }

  // In the keeper's thread, some time; `work` ends with finish().
  template <class Work>
  void ask(bool must, Work work) {
    document_.ask();
    chores_.add(must, std::move(work));
  }

  void ask_to_recover(bool wanted) {
    chores_.add(true, [this, wanted] { recover(wanted); });
  }

  void open(const std::string& path) {
    document_.begin("Opening " + file_name(path));
    const std::string error = within_memory(
        [&] { return is_session_file(path) ? open_session(path) : open_into_session(path); });
    if (error.empty()) remember(path);
    finish(error, "Opened " + file_name(path));
  }

  void save(const std::string& path, const DocumentNotes& with) {
    document_.begin("Saving " + file_name(path));
    std::uint64_t changes = 0;
    std::vector<SavedFile> files;
    const std::string error = within_memory([&] {
      std::string text;
      if (std::string refusal = copy({{}, with}, changes, text, &files); !refusal.empty())
        return refusal;
      io::remove_stale_temporaries(std::filesystem::path(path).parent_path().string());
      return io::write_file_atomically(path, text);
    });
    if (error.empty()) {
      document_.saved(io::from_the_root(path), with.notes, changes);
      forget_autosaved();
      remember(path);
    }
    const std::string changed = error.empty() ? changed_since_read(files) : std::string();
    finish(error, "Saved " + file_name(path) +
                      (changed.empty() ? ""
                                       : ". But " + file_name(changed) +
                                             " has changed since it was read: opening this session "
                                             "will ask for the old one, here or beside it"));
  }

  void save_weights(const std::string& path) {
    document_.begin("Saving " + file_name(path));
    std::string error = "weights cannot be saved here";
    if (services_.save_weights) error = within_memory([&] { return services_.save_weights(path); });
    finish(error, "Saved " + file_name(path));
  }

  void start_anew() {
    const std::string error = within_memory([&] {
      auto saved = std::make_shared<SavedSession>(Comparison(config::Config(), 0).saved());
      saved->speed_limit = services_.worker->latest()->speed_limit;
      return install(saved, {}, false);
    });
    finish(error, "A new session");
  }

private:
  std::uint64_t changes() const { return services_.worker->latest()->changes; }

  void finish(const std::string& error, const std::string& done) {
    document_.finish(error.empty() ? done : error, !error.empty());
  }

  std::string open_session(const std::string& path) {
    // By its name nobody could tell, and so nobody has asked about what is not saved.
    if (!ends_in_json(path) && state().changed)
      return path + " is a session though its name does not end in .json; save this one first";
    const io::ProgressScope progress([this](double share) { document_.tell(share); });
    auto saved = std::make_shared<SavedSession>();
    const std::string error = read_session(path, *saved);
    return error.empty() ? install(saved, io::from_the_root(path), false) : path + " " + error;
  }

  // The worker reads the file, and says whether it goes into the session.
  std::string open_into_session(const std::string& path) {
    const auto share = std::make_shared<std::atomic<double>>(-1.0);
    const std::string key(key_to_open(path));
    SetKey command{key, path};
    command.progress = [share](double now) { *share = now; };
    command.answer = std::make_shared<std::promise<std::string>>();
    std::future<std::string> answer = command.answer->get_future();
    services_.worker->send(std::move(command));
    for (bool answered = false; !answered;) {
      if (chores_.is_ending()) return path + " was not opened before the end";
      answered = answer.wait_for(std::chrono::milliseconds(20)) == std::future_status::ready;
      document_.tell(*share);
    }
    try {
      std::string refusal = answer.get();
      const std::string of_b = refusal.starts_with("B: ") ? "B: " : "";
      refusal.erase(0, of_b.size());
      // The person has not set a key, but opened a file.
      if (refusal.starts_with(key + " = " + path)) refusal.erase(0, key.size() + 3);
      if (refusal.empty()) return refusal;
      return of_b + (refusal.starts_with(path) ? refusal : path + " cannot be opened: " + refusal);
    } catch (const std::future_error&) {
      return path + " was given up before it was opened";
    }
  }

  // Makes it the session that is open. An empty string, or one sentence.
  std::string install(const std::shared_ptr<const SavedSession>& saved, const std::string& path,
                      bool changed) {
    services_.worker->send(OpenSession{saved, ++last_opened_});
    // A copy asked for later comes later.
    const auto networks = services_.worker->copy().get();
    if (networks->opened() != last_opened_) return "there is not enough memory for this session";
    document_.opened(path, saved->notes,
                     changed ? std::nullopt : std::optional(networks->opened_changes()));
    forget_autosaved();
    return {};
  }

  // The text of a file with everything as it is now, and the changes that it has. An empty string,
  // or why there is none.
  std::string copy(const OpenDocument::Unsaved& with, std::uint64_t& changes, std::string& text,
                   std::vector<SavedFile>* files = nullptr) const {
    const auto networks = services_.worker->copy().get();
    changes = networks->changes();
    SavedSession saved = networks->saved();
    saved.notes = with.notes;
    saved.document = with.path;
    stamp_files(saved);
    std::string refusal = cannot_be_kept(saved);
    if (refusal.empty()) text = session_text(saved);
    if (files != nullptr) *files = std::move(saved.files);
    return refusal;
  }

  void remember(const std::string& path) {
    document_.set_recent(recent_.add(io::from_the_root(path)));
  }

  // At the start: what was there before.
  void look_around() {
    document_.set_recent(recent_.read());
    for (Orphan& orphan : autosave().orphans()) orphans_.push_back(std::move(orphan));
    offer_next();
    if (services_.wake) services_.wake();
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
      document_.set_autosave_error("what was kept in " + path + " " + error);
      orphans_.pop_front();
    }
    document_.set_recovery(std::move(offer));
  }

  void recover(bool wanted) {
    if (orphans_.empty()) return;
    document_.ask();
    Orphan orphan = std::move(orphans_.front());
    orphans_.pop_front();
    std::string error;
    if (wanted) {
      document_.begin("Recovering");
      error = within_memory([&] {
        auto saved = std::make_shared<SavedSession>();
        const std::string fault = read_session(orphan.path, *saved);
        return fault.empty() ? install(saved, saved->document, true) : orphan.path + " " + fault;
      });
      // Until it is saved it is kept again.
      if (error.empty()) autosave().adopt(orphan);
    } else {
      Autosave::remove(orphan);
    }
    offer_next();
    finish(error, wanted ? "Recovered what was not saved" : "");
  }

  // Made when first wanted, because it waits for the disk and for other programs' locks.
  Autosave& autosave() {
    if (!autosave_) autosave_.emplace(services_.state_directory);
    return *autosave_;
  }

  void keep() {
    if (!autosave().is_on()) return;
    const std::uint64_t now = changes();
    const auto unsaved = document_.unsaved(now);
    if (!unsaved || (now == autosaved_ && unsaved->notes.notes == autosaved_notes_)) return;
    std::uint64_t changes = 0;
    const std::string error = within_memory([&] {
      std::string text;
      std::string refusal = copy(*unsaved, changes, text);
      return refusal.empty() ? autosave().write(text) : refusal;
    });
    document_.set_autosave_error(error);
    if (!error.empty()) return;
    autosaved_ = changes;
    autosaved_notes_ = unsaved->notes.notes;
  }

  void forget_autosaved() {
    autosaved_.reset();
    autosave().clear();
  }

  const KeeperServices services_;
  // Of the keeper's thread alone.
  std::optional<Autosave> autosave_;
  RecentFiles recent_;
  std::deque<Orphan> orphans_;  // the first one is what is offered
  std::uint64_t last_opened_ = 0;
  std::optional<std::uint64_t> autosaved_;  // Snapshot::changes of what was kept last
  std::string autosaved_notes_;

  OpenDocument document_;
  DirectoryLister lister_;
  Chores chores_;  // last: they use all of it
};

Keeper::Keeper(KeeperServices services) : impl_(std::make_unique<Impl>(std::move(services))) {}
Keeper::~Keeper() = default;

void Keeper::open(const std::string& path) {
  impl_->ask(false, [this, path] { impl_->open(path); });
}

void Keeper::save(const std::string& path, DocumentNotes with) {
  impl_->document().keep(with);
  impl_->ask(true, [this, path, with = std::move(with)] { impl_->save(path, with); });
}

void Keeper::save_weights(const std::string& path) {
  impl_->ask(true, [this, path] { impl_->save_weights(path); });
}

void Keeper::keep(DocumentNotes with) { impl_->document().keep(std::move(with)); }

void Keeper::start_anew() {
  impl_->ask(false, [this] { impl_->start_anew(); });
}

void Keeper::recover(bool wanted) { impl_->ask_to_recover(wanted); }

DocumentState Keeper::state() const { return impl_->state(); }
std::optional<DocumentNotes> Keeper::take_opened() { return impl_->document().take_opened(); }

void Keeper::list(const std::string& directory, bool hidden) {
  impl_->lister().ask(directory, hidden);
}

std::shared_ptr<const DirectoryListing> Keeper::listing() const { return impl_->lister().result(); }

}  // namespace backflow::session
