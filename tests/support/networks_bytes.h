// A safetensors file with several small networks.
#pragma once

#include <string>
#include <vector>

#include "core/io/safetensors.h"

namespace backflow::support {

/// One of four units and four inputs for each of those prefixes.
inline std::string networks_bytes(const std::vector<std::string>& prefixes) {
  const std::vector<double> numbers(16, 0.5);
  std::vector<io::NamedTensor> tensors;
  for (const std::string& prefix : prefixes)
    for (const char* part : {"weight_ih_l0", "weight_hh_l0"})
      tensors.push_back({prefix + part, {4, 4}, numbers});
  return io::safetensors_bytes(tensors, io::NumberType::float32);
}

}  // namespace backflow::support
