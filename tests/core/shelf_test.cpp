// Objects used again, from several threads; also run under ThreadSanitizer.
#include "core/parallel/shelf.h"

#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace backflow::parallel {
namespace {

TEST(Shelf, GivesBackWhatNobodyHoldsAndOnlyThat) {
  const Shelf<std::vector<int>> shelf;
  auto first = shelf.take();
  first->assign(3, 7);
  const std::vector<int>* const address = first.get();
  auto second = shelf.take();
  EXPECT_NE(second.get(), address);
  const auto held = first;
  first.reset();
  EXPECT_NE(shelf.take().get(), address) << "somebody still holds it";
  EXPECT_EQ(held->size(), 3u);
}

TEST(Shelf, LeavesTheContentsAsTheyWere) {
  const Shelf<std::vector<int>> shelf;
  shelf.take()->assign(3, 7);
  EXPECT_EQ(*shelf.take(), std::vector<int>(3, 7));
}

TEST(Shelf, TakesBackAfterItsEnd) {
  std::shared_ptr<int> last;
  {
    const Shelf<int> shelf;
    last = shelf.take();
  }
  *last = 5;
  last.reset();  // the address sanitizer would speak up
}

TEST(Shelf, TakesBackFromAnyThread) {
  const Shelf<std::vector<int>> shelf;
  std::set<const void*> seen;
  for (int round = 0; round < 200; ++round) {
    auto object = shelf.take();
    object->push_back(round);
    seen.insert(object.get());
    std::thread reader([mine = std::move(object)]() mutable {
      EXPECT_FALSE(mine->empty());
      mine.reset();
    });
    if (round % 2 == 0) {
      reader.join();
    } else {
      auto other = shelf.take();
      other->push_back(round);
      seen.insert(other.get());
      other.reset();
      reader.join();
    }
  }
  EXPECT_LE(seen.size(), 3u) << "made anew each time";
}

}  // namespace
}  // namespace backflow::parallel
