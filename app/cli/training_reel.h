// The moments of a training for an animation, computed as they are asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "app/export/animation.h"
#include "app/session/comparison.h"

namespace backflow::cli {

class TrainingReel final : public exporting::Reel {
public:
  struct Plan {
    /// Iterations already computed are gone through once more, changes by hand with them, from the
    /// first on; else training goes on from where it is.
    bool again = false;
    std::uint64_t end = 0;    ///< iterations done at the last moment
    std::uint64_t every = 1;  ///< from moment to moment: its multiples, and the end
    bool of_b = false;        ///< of two networks, B's
    figure::View view{};
  };

  /// Takes the networks for itself. `info` says which analyses the moments need.
  TrainingReel(const session::Comparison& networks, const figure::FigureInfo& info, Plan plan);

  /// The last moment is that of the last iteration made, also when training stops before the end.
  std::optional<exporting::Shot> next(const exporting::Tick& tick) override;

  /// Of the last moment; null before the first.
  const session::Snapshot* last() const { return last_.get(); }

private:
  std::uint64_t iteration() const;
  bool goes_to(std::uint64_t target, const exporting::Tick& tick);
  std::shared_ptr<const session::Analysis> analysis_of(const session::Session& session,
                                                       const exporting::Tick& tick) const;

  session::Comparison networks_;
  const figure::FigureInfo& info_;
  Plan plan_;
  std::uint64_t start_ = 0;
  bool over_ = false;
  std::shared_ptr<const session::Snapshot> last_;
};

}  // namespace backflow::cli
