// Other programs, started without a shell.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace backflow::exporting {

/// Where PATH has a program of that name; empty when nowhere.
std::string find_program(const std::string& name);

/// Starts words[0], found in PATH. It reads `input` (−1: as this program does) and, when silent,
/// writes nowhere. Its process, or −1.
pid_t start_program(std::vector<std::string> words, int input = -1, bool silent = false);

/// Waits for it; ends it when `stop` says so. Its exit code, or −1 when it was ended or broke off.
int wait_for(pid_t program, const std::function<bool()>& stop = {});

}  // namespace backflow::exporting
