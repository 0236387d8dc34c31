#include "core/training/task/tasks.h"

namespace backflow::training {
namespace {

struct Odd {
  bool odd = false;
  bool operator()(model::Index, bool one) { return odd = odd != one; }
};

}  // namespace

TaskInfo parity_task() {
  return bit_task<Odd>(TaskKind::parity, "T noisy random bits; is the number of ones so far odd?",
                       {Shape::many_to_many, Shape::many_to_one, Shape::one_to_one}, 10);
}

}  // namespace backflow::training
