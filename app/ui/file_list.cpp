#include "app/ui/file_list.h"

#include <algorithm>

#include "app/ui/file_text.h"

namespace backflow::ui {
namespace {

constexpr double kTogether = 1.0;  // seconds between letters of one beginning

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins(const std::string& name, const std::string& with) {
  return name.size() >= with.size() &&
         std::equal(with.begin(), with.end(), name.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// "aaa", by one and the same character; how long that is, in bytes.
std::size_t repeated(const std::string& text) {
  std::size_t one = 1;
  while (one < text.size() && (static_cast<unsigned char>(text[one]) & 0xC0) == 0x80) ++one;
  for (std::size_t i = one; i < text.size(); ++i)
    if (text[i] != text[i - one]) return 0;
  return text.size() > one ? one : 0;
}

}  // namespace

void FileList::set(std::shared_ptr<const session::DirectoryListing> listing, const FileKind& kind) {
  std::string keep;
  if (listing_ && selected_ && listing->path == listing_->path) keep = entry(*selected_).name;
  listing_ = std::move(listing);
  shown_.clear();
  for (std::size_t i = 0; i < listing_->entries.size(); ++i) {
    const session::DirectoryEntry& one = listing_->entries[i];
    if (one.directory || kind.endings.empty() || ends_with_any(one.name, kind.endings))
      shown_.push_back(i);
  }
  selected_.reset();
  typed_.clear();
  if (!shown_.empty()) selected_ = 0;
  if (!keep.empty()) select_name(keep);
}

void FileList::clear() {
  listing_ = nullptr;
  shown_.clear();
  selected_.reset();
  typed_.clear();
}

void FileList::select(std::size_t row) {
  if (row < shown_.size()) selected_ = row;
}

bool FileList::select_name(const std::string& name) {
  for (std::size_t row = 0; row < shown_.size(); ++row) {
    if (entry(row).name != name) continue;
    selected_ = row;
    return true;
  }
  return false;
}

void FileList::move(std::ptrdiff_t rows) {
  if (shown_.empty()) return;
  const auto last = static_cast<std::ptrdiff_t>(shown_.size()) - 1;
  const auto now = selected_ ? static_cast<std::ptrdiff_t>(*selected_) : 0;
  selected_ = static_cast<std::size_t>(
      std::clamp(now + std::clamp(rows, -last - 1, last + 1), std::ptrdiff_t{0}, last));
}

bool FileList::select_beginning(const std::string& text, std::size_t from) {
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    const std::size_t row = (from + i) % shown_.size();
    if (!begins(entry(row).name, text)) continue;
    selected_ = row;
    return true;
  }
  return false;
}

void FileList::type_ahead(const std::string& typed) {
  typed_ += typed;
  since_typed_ = 0.0;
  if (shown_.empty() || select_beginning(typed_, 0)) return;
  if (const std::size_t one = repeated(typed_); one > 0)
    select_beginning(typed_.substr(0, one), selected_.value_or(0) + 1);
}

void FileList::pass(double seconds) {
  since_typed_ += seconds;
  if (since_typed_ > kTogether) typed_.clear();
}

const session::DirectoryEntry* FileList::find(const std::string& name) const {
  if (!listing_) return nullptr;
  for (const session::DirectoryEntry& one : listing_->entries)
    if (one.name == name) return &one;
  return nullptr;
}

std::string FileList::completed(const std::string& text) const {
  std::optional<std::string> common;
  std::size_t count = 0;
  const session::DirectoryEntry* only = nullptr;
  if (listing_)
    for (const session::DirectoryEntry& one : listing_->entries) {
      if (!one.name.starts_with(text)) continue;
      ++count;
      only = &one;
      if (!common) common = one.name;
      const auto differs =
          std::mismatch(common->begin(), common->end(), one.name.begin(), one.name.end());
      common->erase(differs.first, common->end());
    }
  if (!common) return text;
  // Not in the middle of a character.
  while (common->size() > text.size() && (static_cast<unsigned char>(common->back()) & 0x80) != 0 &&
         shown_bytes(*common).find("\\x") != std::string::npos)
    common->pop_back();
  return count == 1 && only->directory ? *common + "/" : *common;
}

}  // namespace backflow::ui
