// The characters that a network knows, in its own order, for texts that are put into it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/training/task/text.h"

namespace backflow::training {

/// Different characters in UTF-8; a character's place is the row of its 1 in x_t.
using Vocabulary = std::vector<std::string>;

/// The characters of a UTF-8 text in the order in which they first appear; the end of its only line
/// is none of them. Returns an empty string, or what is wrong, to be read after the file's name;
/// `vocabulary` is unchanged then.
std::string parse_vocabulary(std::string_view bytes, Vocabulary& vocabulary);

/// The same from a file.
std::string load_vocabulary(const std::string& path, Vocabulary& vocabulary);

/// Makes the vocabulary the text's alphabet. Returns an empty string, or which character it lacks,
/// to be read after the text's name; `text` is unchanged then.
std::string use_vocabulary(const Vocabulary& vocabulary, Text& text);

}  // namespace backflow::training
