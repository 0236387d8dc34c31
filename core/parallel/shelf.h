// Objects that are used again instead of being made anew: what takes megabytes and comes and goes
// with every iteration.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace backflow::parallel {

template <class T>
class Shelf {
public:
  /// One that nobody holds any more, as it was left, or a new one. It comes back when the last
  /// reference to it goes, on whichever thread that is and even if the shelf is gone by then.
  std::shared_ptr<T> take() const {
    std::unique_ptr<T> object;
    {
      const std::lock_guard lock(store_->mutex);
      if (!store_->spare.empty()) {
        object = std::move(store_->spare.back());
        store_->spare.pop_back();
      }
    }
    if (!object) object = std::make_unique<T>();
    return {object.release(), [store = store_](T* back) { store->put(std::unique_ptr<T>(back)); }};
  }

private:
  struct Store {
    // As many as are made while others are looked at; the rest would only fill the memory.
    static constexpr std::size_t kMost = 2;
    std::mutex mutex;
    std::vector<std::unique_ptr<T>> spare;

    void put(std::unique_ptr<T> object) {
      const std::lock_guard lock(mutex);
      if (spare.size() < kMost) spare.push_back(std::move(object));
    }
  };
  std::shared_ptr<Store> store_ = std::make_shared<Store>();
};

}  // namespace backflow::parallel
