#include "core/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <nlohmann/json.hpp>

#include "core/io/shown.h"
#include "core/io/strict_json.h"

namespace backflow::io {
namespace {

using nlohmann::json;

constexpr std::string_view kMetadata = "__metadata__";
constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMostHeaderBytes = 100'000'000;  // the format's own limit
constexpr std::size_t kMostDimensions = 64;
// Header, tensor, shape; a million tensors of a few lengths each.
constexpr JsonLimits kHeaderLimits{.depth = 3, .values = 10'000'000};

std::uint64_t length_at(std::string_view bytes) {
  std::uint64_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  return length;
}

// For a message, in one line; parse_json() has seen that it is UTF-8.
std::string shown_json(const json& value) { return shown(value.dump(), '\'', 40); }

std::string take_metadata(const json& from, Metadata& metadata) {
  if (!from.is_object())
    return "has a header whose __metadata__ is " + shown_json(from) + ", but must be an object";
  for (const auto& [key, value] : from.items()) {
    if (!value.is_string())
      return "has a header whose __metadata__ has " + shown(key) + " = " + shown_json(value) +
             ", but must have strings";
    metadata.emplace_back(key, value.get<std::string>());
  }
  return {};
}

std::string take_type(const json& value, NumberType& type) {
  if (!value.is_string()) return "has the type " + shown_json(value) + ", which is no string";
  const auto& name = value.get_ref<const std::string&>();
  for (const NumberFormat& format : kNumberFormats)
    if (name == format.safetensors) {
      type = format.type;
      return {};
    }
  return "has the type " + shown(name) +
         ", which is none of those that are read: F16, BF16, F32, F64, I8, I16, I32, I64, U8, U16, "
         "U32, U64, BOOL";
}

std::string take_shape(const json& value, std::vector<std::uint64_t>& shape) {
  if (!value.is_array() || value.size() > kMostDimensions)
    return "has the shape " + shown_json(value) + ", which is no list of up to " +
           std::to_string(kMostDimensions) + " lengths";
  for (const json& length : value) {
    const auto number = unsigned_of(length);
    if (!number) return "has the length " + shown_json(length) + " in its shape";
    shape.push_back(*number);
  }
  return {};
}

struct Offsets {
  std::uint64_t begin = 0, end = 0;
};

std::string take_offsets(const json& value, Offsets& offsets) {
  const bool two = value.is_array() && value.size() == 2;
  const auto begin = two ? unsigned_of(value[0]) : std::nullopt;
  const auto end = two ? unsigned_of(value[1]) : std::nullopt;
  if (!begin || !end)
    return "has the data_offsets " + shown_json(value) + ", which are not two places";
  offsets = {*begin, *end};
  return {};
}

std::string text_of(const Offsets& offsets) {
  return "[" + std::to_string(offsets.begin) + ", " + std::to_string(offsets.end) + "]";
}

// One member of the header but __metadata__. `data_bytes`: what the file has after the header.
std::string take_tensor(const json& from, std::uint64_t data_bytes, TensorInfo& tensor,
                        Offsets& offsets) {
  if (!from.is_object()) return "is " + shown_json(from) + ", not an object";
  for (const char* key : {"dtype", "shape", "data_offsets"})
    if (!from.contains(key)) return "has no " + std::string(key);
  std::string error = take_type(from["dtype"], tensor.type);
  if (error.empty()) error = take_shape(from["shape"], tensor.shape);
  if (error.empty()) error = take_offsets(from["data_offsets"], offsets);
  if (!error.empty()) return error;
  for (const auto& [key, value] : from.items())
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      return "has " + shown(key) + ", which the format does not know";
  const std::size_t each = bytes_of(tensor.type);
  const auto count = count_of(tensor.shape);
  if (!count) return "has the shape " + shape_text(tensor.shape) + ", which no file can hold";
  tensor.count = *count;
  if (offsets.begin > offsets.end)
    return "has the data_offsets " + text_of(offsets) + ", which are reversed";
  if (offsets.end > data_bytes)
    return "has the data_offsets " + text_of(offsets) + ", beyond the " +
           std::to_string(data_bytes) + " bytes of data";
  if (offsets.end - offsets.begin == *count * each) return {};
  return "has the data_offsets " + text_of(offsets) + " of " +
         std::to_string(offsets.end - offsets.begin) + " bytes, but its shape " +
         shape_text(tensor.shape) + " of " + std::string(format_of(tensor.type).safetensors) +
         " needs " + std::to_string(*count * each);
}

std::string bytes_text(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

// Each tensor begins where the one before it ends, and the last ends with the file.
std::string check_places(std::span<const TensorInfo> tensors, std::uint64_t data,
                         std::uint64_t end) {
  std::uint64_t at = data;
  for (const TensorInfo& tensor : tensors) {
    const std::string named = "has a tensor " + shown(tensor.name, '"', 100) + " that ";
    if (tensor.begin < at)
      return named + "overlaps with the one before it by " + bytes_text(at - tensor.begin);
    if (tensor.begin > at)
      return named + "leaves a gap of " + bytes_text(tensor.begin - at) + " before it";
    at += tensor.count * bytes_of(tensor.type);
  }
  if (at == end) return {};
  return "has " + bytes_text(end - at) + " after its last tensor";
}

}  // namespace

bool is_safetensors(std::string_view bytes) {
  return bytes.size() > kLengthBytes && bytes[kLengthBytes] == '{';
}

std::string parse_safetensors(std::string_view bytes, std::vector<TensorInfo>& tensors,
                              Metadata& metadata) {
  const std::uint64_t length = length_at(bytes), present = bytes.size() - kLengthBytes;
  if (length > present)
    return "is a safetensors file with a header of " + std::to_string(length) +
           " bytes, of which it has " + std::to_string(present);
  if (length > kMostHeaderBytes)
    return "is a safetensors file with a header of " + std::to_string(length) +
           " bytes, which is more than " + std::to_string(kMostHeaderBytes);
  json header;
  if (std::string error = parse_json(bytes.substr(kLengthBytes, length), kHeaderLimits, header);
      !error.empty())
    return "has a header that " + error;
  const std::uint64_t data = kLengthBytes + length;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadata) {
      if (std::string error = take_metadata(value, metadata); !error.empty()) return error;
      continue;
    }
    TensorInfo& tensor = tensors.emplace_back();
    Offsets offsets;
    tensor.name = name;
    if (std::string error = take_tensor(value, present - length, tensor, offsets); !error.empty())
      return "has a tensor " + shown(name, '"', 100) + " that " + error;
    tensor.begin = data + offsets.begin;
  }
  // An empty tensor before the one that begins at the same place.
  std::stable_sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return a.begin != b.begin ? a.begin < b.begin : (a.count == 0 && b.count != 0);
  });
  return check_places(tensors, data, bytes.size());
}

std::string safetensors_bytes(std::span<const NamedTensor> tensors, NumberType type,
                              std::span<const std::pair<std::string, std::string>> metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  for (const auto& [key, value] : metadata) header[std::string(kMetadata)][key] = value;
  std::uint64_t at = 0;
  const std::size_t each = bytes_of(type);
  for (const NamedTensor& tensor : tensors) {
    const std::uint64_t end = at + tensor.values.size() * each;
    header[tensor.name] = {{"dtype", format_of(type).safetensors},
                           {"shape", tensor.shape},
                           {"data_offsets", {at, end}}};
    at = end;
  }
  std::string bytes = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  bytes.append((kLengthBytes - bytes.size() % kLengthBytes) % kLengthBytes, ' ');
  const std::uint64_t length = bytes.size();
  std::string length_bytes(kLengthBytes, '\0');
  std::memcpy(length_bytes.data(), &length, kLengthBytes);  // number_type.cpp: little-endian
  bytes.insert(0, length_bytes);

  std::size_t to = bytes.size();
  bytes.resize(to + at);
  for (const NamedTensor& tensor : tensors)
    for (const double value : tensor.values) {
      const auto single = static_cast<float>(value);
      std::memcpy(bytes.data() + to, each == 4 ? static_cast<const void*>(&single) : &value, each);
      to += each;
    }
  return bytes;
}

}  // namespace backflow::io
