// What tests of going back compare: all bits of a session, as a few numbers.
#pragma once

#include <ostream>
#include <string>

#include "app/session/session.h"
#include "core/config/keys.h"
#include "tests/support/bits.h"

namespace backflow::session {

struct Seen {
  std::uint64_t iteration, record, config;
  std::uint64_t curve;
  std::string undo, redo;
  bool operator==(const Seen&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Seen& s) {
  return out << "iteration " << s.iteration << " record " << s.record << " config " << s.config
             << " curve " << s.curve << " undo '" << s.undo << "' redo '" << s.redo << "'";
}

inline Seen seen(Session& session) {
  while (session.is_going()) session.iterate();
  session.refresh();
  const Snapshot snapshot = session.snapshot();
  support::Bits record, config, curve;
  const training::IterationRecord& r = *snapshot.record;
  record.add(r.iteration);
  record.add(r.model.parameters);
  record.add(r.trace.h.data());
  record.add(r.signals.e.data());
  record.add(r.clipped_gradients);
  record.add(r.learning_rate);
  record.add(r.validation ? r.validation->loss : 0.0);
  record.add(std::uint64_t{r.parameters_after.has_value()});
  if (r.parameters_after) record.add(*r.parameters_after);
  record.add(std::uint64_t{snapshot.divergence.has_value()});
  record.add(snapshot.resume_iteration);
  for (const config::Key& key : config::keys())
    for (const char c : key.get(snapshot.config)) config.add(std::uint64_t(c));
  for (std::size_t i = 0; i < snapshot.history.size(); ++i)
    for (const double x : snapshot.history.point(i)) curve.add(x);
  return {snapshot.iteration, record.value(),      config.value(),
          curve.value(),      snapshot.undo_title, snapshot.redo_title};
}

inline void run(Session& session, int count) {
  session.execute(session::Run{});
  for (int i = 0; i < count && session.wants_to_iterate(); ++i) session.iterate();
  session.execute(Pause{});
}

inline void go_to(Session& session, std::uint64_t iteration) {
  session.execute(GoTo{iteration});
  while (session.is_going()) session.iterate();
}

}  // namespace backflow::session
