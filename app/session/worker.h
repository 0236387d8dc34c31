// The thread that owns the trainer, and the thread beside it that analyses what it computed.
//
// send() and latest() may be called from any thread and never wait for computing: each takes a
// mutex for the time of moving a pointer. Snapshots are published at most ~60 times a second while
// running, and at once after every command and every finished analysis; but while training is as
// fast as it can be, only when the last one has been seen, or four times a second. So no map is
// computed that nobody would see, and the cores are there for training.
#pragma once

#include <functional>
#include <future>
#include <memory>

#include "app/session/command.h"
#include "app/session/snapshot.h"

namespace backflow::session {

class Comparison;

class Worker {
public:
  /// Starts paused with the configuration's initial weights. `on_publish` is called from the
  /// worker's thread after each new snapshot; it must be quick (e.g. wake the window's event loop).
  /// Precondition: config::validate(config) is empty.
  explicit Worker(const config::Config& config, std::function<void()> on_publish = {});
  /// With networks as they stand.
  explicit Worker(const Comparison& networks, std::function<void()> on_publish = {});
  ~Worker();  ///< stops both threads; cancels an analysis under way
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void send(Command command);

  /// The networks as they are now, to go on with elsewhere, without undo; they come once the worker
  /// has the time.
  std::future<std::shared_ptr<const Comparison>> copy();

  /// The newest snapshot; never null.
  std::shared_ptr<const Snapshot> latest() const;

  /// Tells that somebody sees the newest snapshot, as when a frame shows it. From any thread.
  void seen();

private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace backflow::session
