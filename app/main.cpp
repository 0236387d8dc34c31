// Wiring only: the command line decides what happens.
#include <iostream>

#include "app/cli/command_line.h"
#include "app/session/heap.h"

int main(int argc, char** argv) {
  backflow::session::prepare_heap();
  return backflow::cli::run(argc, argv, std::cout, std::cerr);
}
