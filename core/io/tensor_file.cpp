#include "core/io/tensor_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <unordered_set>

#include "core/io/npy.h"
#include "core/io/progress.h"
#include "core/io/read_file.h"
#include "core/io/safetensors.h"
#include "core/io/shown.h"

namespace backflow::io {
namespace {

constexpr const char* kSaveInstead =
    ": save the weights with safetensors.torch.save_file() or numpy.savez() instead";

std::string named(std::string_view name, const std::string& error) {
  return name.empty() ? error : "has a tensor " + shown(name, '"', 100) + " that " + error;
}

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// What a file is that is none of ours, as far as that helps.
std::string foreign(std::string_view bytes) {
  if (bytes.empty()) return "is empty";
  const bool pickle =
      bytes.size() > 1 && bytes[0] == '\x80' && static_cast<unsigned char>(bytes[1]) <= 5;
  if (pickle)
    return std::string(
               "is a pickle, as PyTorch saves it, which can run any program and is not read") +
           kSaveInstead;
  if (begins_with(bytes, "\x89HDF\r\n\x1A\n"))
    return "is an HDF5 file, as Keras saves it, which is not read: save the weights with "
           "numpy.savez() instead";
  if (begins_with(bytes, "version https://git-lfs."))
    return "is not the file itself but a pointer of Git LFS to it: fetch it with git lfs pull";
  return "is no safetensors, NPZ or NPY file";
}

// Header, type and size of an NPY file that begins with `start`, its header whole.
std::string take_header(std::string_view start, std::uint64_t file_bytes, TensorInfo& tensor) {
  NpyHeader header;
  NpyType type{};
  std::string error = parse_npy_header(start, header);
  if (header.is_record) return "has records of several fields, of which no tensor can be made";
  if (error.empty()) error = npy_type(header, type);
  if (error.empty()) error = check_npy_size(header, type, file_bytes);
  if (!error.empty()) return error;
  tensor.type = type.type;
  tensor.big_endian = type.big_endian;
  tensor.fortran_order = header.fortran_order;
  tensor.shape = std::move(header.shape);
  tensor.count = *count_of(tensor.shape);
  tensor.begin = header.end;
  return {};
}

// Numbers in the file's order, read by `read(to, size)`, into C order.
template <class Read>
std::string decode(const TensorInfo& tensor, std::vector<double>& values, Read read) {
  constexpr std::size_t kBlock = 8192;
  const std::size_t each = bytes_of(tensor.type);
  std::vector<char> bytes(kBlock * each);
  std::vector<double> block(kBlock);
  NpyOrder order(tensor.shape, tensor.fortran_order);
  ProgressMeter progress(static_cast<std::size_t>(tensor.count) * each);
  for (std::uint64_t at = 0; at < tensor.count; at += kBlock) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, tensor.count - at));
    if (std::string error = read(bytes.data(), count * each); !error.empty()) return error;
    decode_numbers(tensor.type, tensor.big_endian, bytes.data(), count, block.data());
    order.place({block.data(), count}, values.data());
    progress.at(static_cast<std::size_t>(at + count) * each);
  }
  return {};
}

}  // namespace

std::string TensorFile::open_npy() {
  format_ = "npy";
  std::uint64_t end = 0;
  std::string error = npy_header_end(bytes_, bytes_.size(), end);
  if (!error.empty()) return error;
  return take_header(std::string_view(bytes_).substr(0, end), bytes_.size(),
                     tensors_.emplace_back());
}

std::string TensorFile::add_entry(std::size_t index) {
  const ZipEntry& entry = entries_[index];
  ZipStream stream(bytes_, entry);
  std::string start(static_cast<std::size_t>(std::min<std::uint64_t>(kNpyStart, entry.bytes)),
                    '\0');
  std::string error = stream.read(start.data(), start.size());
  if (error.empty() && !is_npy(start)) error = "is no NPY file";
  std::uint64_t end = 0;
  if (error.empty()) error = npy_header_end(start, entry.bytes, end);
  if (error.empty()) {
    const std::size_t before = start.size();
    start.resize(std::max<std::size_t>(end, before));
    error = stream.read(start.data() + before, start.size() - before);
  }
  TensorInfo& tensor = tensors_.emplace_back();
  if (error.empty()) error = take_header({start.data(), end}, entry.bytes, tensor);
  if (!error.empty()) return "has an entry " + shown(entry.name, '"', 100) + " that " + error;
  tensor.entry = index;
  constexpr std::string_view kExtension = ".npy";
  tensor.name = entry.name;
  if (ends_with(tensor.name, kExtension))
    tensor.name.resize(tensor.name.size() - kExtension.size());
  return {};
}

std::string TensorFile::open_npz() {
  format_ = "npz";
  ZipDirectory directory;
  std::string error = read_zip_directory(bytes_, directory);
  if (!error.empty()) return error;
  for (const ZipEntry& entry : directory.entries)
    if (entry.name == "data.pkl" || ends_with(entry.name, "/data.pkl"))
      return "is a PyTorch file of pickle (" + shown(entry.name, '"', 100) +
             "), which can run any program and is not read" + kSaveInstead;
  error = check_zip_entries(bytes_, directory);
  if (!error.empty()) return error;
  entries_ = std::move(directory.entries);
  std::unordered_set<std::string> names;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    error = add_entry(i);
    if (!error.empty()) return error;
    if (!names.insert(tensors_.back().name).second)
      return "has the tensor " + shown(tensors_.back().name, '"', 100) + " twice";
  }
  return {};
}

std::string TensorFile::open_safetensors() {
  format_ = "safetensors";
  return parse_safetensors(bytes_, tensors_, metadata_);
}

std::string TensorFile::parse(std::string bytes, TensorFile& file) {
  TensorFile read;
  read.bytes_ = std::move(bytes);
  std::string error = is_npy(read.bytes_)           ? read.open_npy()
                      : is_safetensors(read.bytes_) ? read.open_safetensors()
                      : is_zip(read.bytes_)         ? read.open_npz()
                                                    : foreign(read.bytes_);
  if (error.empty()) file = std::move(read);
  return error;
}

std::string TensorFile::read(const std::string& path, TensorFile& file) {
  std::string bytes;
  std::string error = read_file(path, kMostTensorFileBytes, bytes);
  return error.empty() ? parse(std::move(bytes), file) : error;
}

const TensorInfo* TensorFile::find(std::string_view name) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(),
                                  [&](const TensorInfo& tensor) { return tensor.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

std::string TensorFile::values(const TensorInfo& tensor, std::vector<double>& values) const {
  if (tensor.count > kMostTensorNumbers)
    return named(tensor.name, "has " + std::to_string(tensor.count) + " numbers, more than " +
                                  std::to_string(kMostTensorNumbers));
  std::vector<double> read;
  try {
    read.resize(tensor.count);
  } catch (const std::bad_alloc&) {
    return named(tensor.name, "needs more memory than there is");
  }
  std::string error;
  if (entries_.empty()) {
    const char* from = bytes_.data() + tensor.begin;
    error = decode(tensor, read, [&](char* to, std::size_t size) {
      std::memcpy(to, from, size);
      from += size;
      return std::string();
    });
  } else {
    ZipStream stream(bytes_, entries_[tensor.entry]);
    std::string header(tensor.begin, '\0');
    error = stream.read(header.data(), header.size());
    if (error.empty())
      error =
          decode(tensor, read, [&](char* to, std::size_t size) { return stream.read(to, size); });
    if (error.empty()) error = stream.finish();
  }
  if (!error.empty()) return named(tensor.name, error);
  values = std::move(read);
  return {};
}

NonFinite find_non_finite(std::span<const std::uint64_t> shape, std::span<const double> values) {
  NonFinite found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) || ++found.count > 1) continue;
    found.first.resize(shape.size());
    std::uint64_t at = i;
    for (std::size_t d = shape.size(); d-- > 0;) {
      found.first[d] = at % shape[d];
      at /= shape[d];
    }
  }
  return found;
}

}  // namespace backflow::io
