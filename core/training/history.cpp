#include "core/training/history.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace backflow::training {
namespace {

constexpr std::size_t kChunk = 4096;
constexpr std::size_t kBlock = 32;

MinMax empty_range() {
  return {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
}

void include(MinMax& range, double x) {
  if (!std::isfinite(x)) {
    range.non_finite = true;
    return;
  }
  range.any = true;
  range.min = std::min(range.min, x);
  range.max = std::max(range.max, x);
}

void include(MinMax& range, const MinMax& other) {
  range.any = range.any || other.any;
  range.non_finite = range.non_finite || other.non_finite;
  range.min = std::min(range.min, other.min);
  range.max = std::max(range.max, other.max);
}

}  // namespace

struct HistoryView::Chunk {
  std::array<std::array<double, kChunk>, kSeriesCount> values;
  std::array<std::array<MinMax, kChunk / kBlock>, kSeriesCount> blocks;  // of complete blocks
};

double HistoryView::value(Series series, std::size_t i) const {
  return chunks_[i / kChunk]->values[static_cast<std::size_t>(series)][i % kChunk];
}

HistoryPoint HistoryView::point(std::size_t i) const {
  HistoryPoint point;
  for (std::size_t s = 0; s < kSeriesCount; ++s) point[s] = value(static_cast<Series>(s), i);
  return point;
}

MinMax HistoryView::min_max(Series series, std::size_t begin, std::size_t end) const {
  const auto s = static_cast<std::size_t>(series);
  MinMax range = empty_range();
  std::size_t i = begin;
  while (i < end) {
    const Chunk& chunk = *chunks_[i / kChunk];
    const std::size_t local = i % kChunk;
    // A block that ends at or before `end` is complete, for end ≤ size().
    if (local % kBlock == 0 && i + kBlock <= end) {
      include(range, chunk.blocks[s][local / kBlock]);
      i += kBlock;
    } else {
      include(range, chunk.values[s][local]);
      ++i;
    }
  }
  return range;
}

HistoryView HistoryView::first(std::size_t size) const {
  HistoryView start = *this;
  start.size_ = size;
  start.chunks_.resize((size + kChunk - 1) / kChunk);
  return start;
}

bool HistoryView::is_start_of(const HistoryView& other) const {
  if (size_ > other.size_) return false;
  return size_ == 0 || chunks_.back() == other.chunks_[chunks_.size() - 1];
}

std::size_t HistoryView::common_start(const HistoryView& other) const {
  const std::size_t most = std::min(size_, other.size_);
  std::size_t i = 0;
  while (i < most && chunks_[i / kChunk] == other.chunks_[i / kChunk]) i += kChunk;
  const auto bits = [](const HistoryPoint& point) {
    return std::bit_cast<std::array<std::uint64_t, kSeriesCount>>(point);
  };
  while (i < most && bits(point(i)) == bits(other.point(i))) ++i;
  return std::min(i, most);
}

History History::after(const HistoryView& view, std::size_t size) {
  History history;
  history.view_ = view.first(size);
  history.shares_last_ = true;
  return history;
}

History::History(const History& other) : History(after(other.view_, other.size())) {}

History& History::operator=(const History& other) {
  *this = History(other);
  return *this;
}

void History::append(const HistoryPoint& point) {
  const std::size_t i = view_.size_;
  const std::size_t local = i % kChunk;
  if (shares_last_ && local != 0)
    view_.chunks_.back() = std::make_shared<HistoryView::Chunk>(*view_.chunks_.back());
  shares_last_ = false;
  if (local == 0) view_.chunks_.push_back(std::make_shared<HistoryView::Chunk>());
  HistoryView::Chunk& chunk = *view_.chunks_.back();
  for (std::size_t s = 0; s < kSeriesCount; ++s) chunk.values[s][local] = point[s];
  if (local % kBlock == kBlock - 1) {
    for (std::size_t s = 0; s < kSeriesCount; ++s) {
      MinMax range = empty_range();
      for (std::size_t j = local + 1 - kBlock; j <= local; ++j) include(range, chunk.values[s][j]);
      chunk.blocks[s][local / kBlock] = range;
    }
  }
  ++view_.size_;
}

}  // namespace backflow::training
