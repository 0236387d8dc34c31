// The documents of a window: opens and saves sessions, keeps the one that is open against a crash,
// and knows what was opened last. All of it in threads of its own, while training goes on: the
// worker gives away a copy of the networks, and the rest is done here.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "app/session/documents.h"
#include "app/session/saved_session.h"
#include "app/session/worker.h"

namespace backflow::session {

struct KeeperServices {
  Worker* worker = nullptr;    ///< lives longer than the keeper
  std::function<void()> wake;  ///< after each change of what is told; from other threads
  /// For autosave and recent files (state_directory()); empty: there are none.
  std::string state_directory;
  std::chrono::milliseconds autosave_every = std::chrono::seconds(60);
  /// Of the session's file that the worker began with; empty: there is none.
  std::string path = {};
  DocumentNotes notes = {};  ///< its notes
  bool changed = false;      ///< the session is not any more as that file has it
  /// Writes the present weights, in the keeper's thread. Returns an empty string, or one sentence
  /// with the file's name.
  std::function<std::string(const std::string& path)> save_weights;
};

class Keeper final : public Documents {
public:
  explicit Keeper(KeeperServices services);
  /// Saves what was asked to be saved, then ends cleanly: nothing is left to be recovered.
  ~Keeper() override;

  void open(const std::string& path) override;
  void save(const std::string& path, DocumentNotes with) override;
  void save_weights(const std::string& path) override;
  void keep(DocumentNotes with) override;
  void start_anew() override;
  void recover(bool wanted) override;
  DocumentState state() const override;
  std::optional<DocumentNotes> take_opened() override;
  void list(const std::string& directory, bool hidden) override;
  std::shared_ptr<const DirectoryListing> listing() const override;

private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace backflow::session
