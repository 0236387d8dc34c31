#include "app/session/undo.h"

namespace backflow::session {
namespace {

// For the bookkeeping of each allocation.
constexpr std::size_t kAllocation = 32;

std::size_t bytes_of(const model::Parameters& p) {
  return static_cast<std::size_t>(p.size()) * sizeof(double) + 5 * kAllocation;
}

std::size_t bytes_of(const model::StepMatrices& m) {
  return static_cast<std::size_t>(m.data().size()) * sizeof(double) + kAllocation;
}

std::size_t bytes_of(const model::Batch& batch) {
  return bytes_of(batch.inputs) + bytes_of(batch.targets) + bytes_of(batch.weights);
}

}  // namespace

std::size_t bytes_of(const training::TrainerState& state) {
  return sizeof(state) + kAllocation + bytes_of(state.setup.model.parameters) +
         bytes_of(state.setup.optimizer.first) + bytes_of(state.setup.optimizer.second) +
         bytes_of(state.best);
}

std::size_t bytes_of(const training::IterationRecord& record) {
  const model::Trace& trace = record.trace;
  const gradient::ErrorSignals& signals = record.signals;
  return sizeof(record) + 4 * bytes_of(record.model.parameters) + bytes_of(record.batch) +
         bytes_of(trace.a) + bytes_of(trace.h) + bytes_of(trace.c) + bytes_of(trace.z) +
         bytes_of(trace.y_hat) + bytes_of(signals.dz) + bytes_of(signals.e) +
         bytes_of(signals.e_c) + bytes_of(signals.delta);
}

std::size_t Place::bytes() const {
  std::size_t bytes = sizeof(Place) + session::bytes_of(state);
  bytes += log.size() * sizeof(log.front()) + curve.bytes_of_view();
  for (const Checkpoint& checkpoint : nearby)
    bytes += sizeof(checkpoint) + session::bytes_of(*checkpoint.state);
  if (record) bytes += session::bytes_of(*record);
  return bytes;
}

void UndoMemory::recount() {
  std::erase_if(entries_, [](const Entry& entry) { return entry.place.expired(); });
  bytes_ = 0;
  for (const Entry& entry : entries_)
    if (const auto place = entry.place.lock()) bytes_ += place->bytes();
}

void UndoMemory::add(const std::shared_ptr<UndoStep>& step) {
  // More than anyone goes back; the chain's length bounds how deep it is taken down, too.
  constexpr std::size_t kMostSteps = 300;
  entries_.push_back({step, step->place});
  recount();
  for (std::size_t i = 0; i < entries_.size() && bytes_ > most_; ++i)
    if (const auto place = entries_[i].place.lock(); place && place->record) {
      bytes_ -= bytes_of(*place->record);
      place->record.reset();
    }
  while (entries_.size() > 1 && (bytes_ > most_ || entries_.size() > kMostSteps)) {
    const auto oldest = entries_.front().step.lock();
    if (oldest) oldest->place.reset();
    entries_.pop_front();
    recount();
  }
}

}  // namespace backflow::session
