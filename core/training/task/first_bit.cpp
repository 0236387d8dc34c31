#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

struct First {
  bool first = false;
  bool operator()(model::Index t, bool one) {
    if (t == 1) first = one;
    return first;
  }
};

}  // namespace

TaskInfo first_bit_task() {
  return bit_task<First>(
      TaskKind::first_bit, "T noisy random bits; remember the first one until the end",
      {Shape::many_to_one, Shape::one_to_one, Shape::one_to_many, Shape::many_to_many}, 20);
}

}  // namespace backflow::training
