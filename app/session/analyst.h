// The thread that analyses records beside training: it always works on the newest request and drops
// the ones it never got to.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "app/session/snapshot.h"

namespace backflow::session {

class Analyst {
public:
  /// `on_result` is called from the analyst's thread after each finished analysis.
  explicit Analyst(std::function<void()> on_result);
  ~Analyst();  ///< cancels an analysis under way and joins
  Analyst(const Analyst&) = delete;
  Analyst& operator=(const Analyst&) = delete;

  /// Asks for the analysis of a record. Replaces a request not yet begun; does nothing when this
  /// very analysis is the last one asked for. An analysis under way is cancelled when the norm or
  /// the sequence changed; else it is finished first, so that the picture keeps moving when records
  /// come faster than they can be analysed.
  void request(std::shared_ptr<const training::IterationRecord> record,
               const AnalysisOptions& options);

  /// The newest finished analysis, or null.
  std::shared_ptr<const Analysis> result();

  /// There is a result that result() has not returned yet.
  bool has_result() const;

private:
  struct Request {
    std::shared_ptr<const training::IterationRecord> record;
    AnalysisOptions options;
  };

  void loop();
  std::shared_ptr<const Analysis> analyse_or_give_up(const Request& request);

  std::function<void()> on_result_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Request last_asked_;
  bool pending_ = false;  // last_asked_ has not been begun
  bool cancel_ = false;   // the analysis under way is not wanted any more
  bool stop_ = false;
  bool fresh_ = false;
  std::shared_ptr<const Analysis> result_;
  std::thread thread_;
};

}  // namespace backflow::session
