// The thread that analyses records beside training: it always works on the newest request and drops
// the ones it never got to.
#pragma once

#include <chrono>
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
  /// very analysis is the last one asked for. Where the map takes long, a coarse one comes first,
  /// of wide networks several, and where the exact one takes too much memory nothing else; where
  /// there is a picture of the record, the finer ones are given up for a newer request (the exact
  /// one once in a while is not, unless it takes very long). An analysis
  /// under way is cancelled when the options changed; else it is finished first, so that the
  /// picture keeps moving when records come faster than they can be analysed.
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

  using Clock = std::chrono::steady_clock;

  void loop();
  /// `yields`: cancelled by any newer request.
  template <class Analyse>
  std::shared_ptr<const Analysis> or_give_up(bool yields, const Analyse& analyse_it);
  void publish(std::shared_ptr<const Analysis> analysis);
  /// The last result if it is one of that record, else null.
  std::shared_ptr<const Analysis> result_of(const training::IterationRecord& record);

  std::function<void()> on_result_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Request last_asked_;
  bool pending_ = false;  // last_asked_ has not been begun
  bool cancel_ = false;   // the analysis under way is not wanted any more
  bool stop_ = false;
  bool fresh_ = false;
  std::shared_ptr<const Analysis> result_;
  std::shared_ptr<const lab::NeuronStudy> neuron_;  // the last one; the thread's own
  bool begun_ = false;                              // something was published; the thread's own
  Clock::time_point last_exact_;  // when an exact map was last finished; the thread's own
  std::thread thread_;
};

}  // namespace backflow::session
