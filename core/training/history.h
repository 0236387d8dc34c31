// The curves of a run: one point per iteration, appended by one writer, read by any number of
// views.
//
// Points live in chunks that never move. A HistoryView holds the chunks and a length; the writer
// only ever writes behind that length, so a view handed to another thread (through anything that
// orders memory, such as a mutex) can be read there while training goes on, without copying the
// curve. Minima and maxima of blocks of 32 are kept beside, so that a picture of a million
// iterations costs a few thousand operations.
//
// A curve may branch: History::after() goes on behind some point of another curve. The two share
// the chunks before that point; the one that the point lies in is copied before it is written to.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace backflow::training {

enum class Series : std::size_t {
  loss,
  norm_before_clip,
  norm_after_clip,
  threshold,
  learning_rate,
  accuracy,
  validation_loss,
  validation_accuracy
};
inline constexpr std::size_t kSeriesCount = 8;

/// One value per Series; NaN where there is none (the threshold when clipping is off).
using HistoryPoint = std::array<double, kSeriesCount>;

/// Range of the finite values of an interval.
struct MinMax {
  double min;
  double max;
  bool any = false;         ///< there was a finite value; else min and max mean nothing
  bool non_finite = false;  ///< there was a NaN or an infinity: the curve has a gap here
};

class HistoryView {
public:
  /// Number of points; point i belongs to iteration i.
  std::size_t size() const { return size_; }
  double value(Series series, std::size_t i) const;
  HistoryPoint point(std::size_t i) const;
  /// Over the points begin ≤ i < end ≤ size().
  MinMax min_max(Series series, std::size_t begin, std::size_t end) const;

  /// The first `size` points; size ≤ size().
  HistoryView first(std::size_t size) const;
  /// True when these points are, in memory, the first ones of `other`: of one and the same curve.
  bool is_start_of(const HistoryView& other) const;
  /// How many first points are the same, bit by bit, in both; quick where memory is shared.
  std::size_t common_start(const HistoryView& other) const;
  /// What a view takes besides the points, in bytes.
  std::size_t bytes_of_view() const { return chunks_.size() * sizeof(chunks_.front()); }

private:
  friend class History;
  struct Chunk;
  std::vector<std::shared_ptr<Chunk>> chunks_;
  std::size_t size_ = 0;
};

class History {
public:
  History() = default;
  /// Both go on from here, each for itself.
  History(const History& other);
  History& operator=(const History& other);
  History(History&&) noexcept = default;
  History& operator=(History&&) noexcept = default;
  ~History() = default;

  /// A curve that goes on behind the first `size` points of another one, which stays as it is;
  /// size ≤ view.size().
  static History after(const HistoryView& view, std::size_t size);

  void append(const HistoryPoint& point);
  HistoryView view() const { return view_; }
  std::size_t size() const { return view_.size(); }

private:
  HistoryView view_;
  bool shares_last_ = false;  // the last chunk belongs to another curve
};

}  // namespace backflow::training
