// Text embeddings kept on disk: one file for each text tower, set of templates, way of cutting texts and
// way of computing.
//
// Nothing in a file is believed before it is checked: each embedding has a checksum of its own, which also
// binds it to its text and to the file's name, and must be a unit vector of numbers. No LibTorch here: rows
// are plain numbers.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/private_folder.h"

namespace relprompt::segmenter {

/// Everything that decides the embedding of a text.
struct TextEncoding {
  std::string weights;    ///< hash of the text tower's tensors and of the tokenizer's files
  std::string settings;   ///< of the tower, where no tensor shows them: activation, heads, context
  std::size_t joint = 0;  ///< numbers of an embedding
  std::vector<std::string> templates;
  bool truncate = false;    ///< texts beyond the context are cut
  std::string computation;  ///< what decides the last bits: the program's steps, processor and libraries
};

/// Embeddings by text. A file that is absent or of another encoding counts as empty; damaged embeddings are
/// left out, with a note, and one file that cannot be written is skipped: a cache may cost time, never an
/// answer.
class EmbeddingCache {
 public:
  explicit EmbeddingCache(const TextEncoding& encoding);

  /// `joint` numbers of a text, nullptr if it is not there. Valid until add().
  const float* find(const std::string& text) const;

  /// Adds the rows [texts, joint], unit vectors, and writes the file: with what others have added meanwhile,
  /// and without what was damaged.
  void add(const std::vector<std::string>& texts, const float* rows);

  /// Whether the file held something that could not be believed; add() mends it, also without texts.
  bool damaged() const { return damaged_; }

 private:
  using Rows = std::map<std::string, std::vector<float>>;

  /// The believable embeddings of the file.
  Rows read();
  bool take(std::string_view& bytes, Rows& rows) const;
  void append(const std::string& text, const std::vector<float>& row, std::string& bytes) const;
  std::string checksum(std::string_view text_and_row) const;

  std::size_t joint_;
  std::string key_;  ///< hash of the encoding
  std::optional<PrivateFolder> folder_;
  Rows rows_;
  bool damaged_ = false;
};

}  // namespace relprompt::segmenter
