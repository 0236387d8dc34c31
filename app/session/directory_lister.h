// What lies in a directory, found out by a thread of its own: a disk may take its time.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/session/documents.h"

namespace backflow::session {

/// Of an empty name, the working directory. A name that is no directory has an error.
DirectoryListing list_directory(const std::string& directory, bool hidden);

class DirectoryLister {
public:
  /// `on_result` is called from the thread.
  explicit DirectoryLister(std::function<void()> on_result);
  ~DirectoryLister();
  DirectoryLister(const DirectoryLister&) = delete;
  DirectoryLister& operator=(const DirectoryLister&) = delete;

  /// Replaces what was asked before.
  void ask(const std::string& directory, bool hidden);
  /// Null until there is an answer to the last question.
  std::shared_ptr<const DirectoryListing> result() const;

private:
  struct Question {
    std::string directory;
    bool hidden = false;
  };
  void loop();

  std::function<void()> on_result_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Question> question_;
  std::shared_ptr<const DirectoryListing> result_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace backflow::session
