// Wiring only: the command line decides what happens.
#include <iostream>

#include "app/cli/command_line.h"

int main(int argc, char** argv) { return backflow::cli::run(argc, argv, std::cout, std::cerr); }
