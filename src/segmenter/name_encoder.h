// Class names through tokenizer and text tower, one unit vector a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/text_encoder.h"
#include "model/model_files.h"
#include "text/tokenizer.h"

namespace relprompt::segmenter {

/// The mean of `count` rows of `width` numbers, made unit length.
std::vector<float> unit_mean(const float* rows, std::size_t count, std::int64_t width);

/// Throws Error(kTensorMismatch) for a row of [texts, width] that is no vector of length 1: nothing could be
/// compared with it, and every pixel would get the first class.
void require_unit(const std::vector<float>& rows, std::int64_t width, const std::vector<std::string>& texts,
                  const std::string& path);

/// The files of a vocabulary, a file or a folder; of the model's own if it is empty.
std::vector<std::filesystem::path> vocabulary_files(const model::ModelFiles& model,
                                                    const std::filesystem::path& vocab);

/// What decides an embedding's bits besides its text and the model: results of another one may differ in the
/// last bit, and with them a label where two classes are nearly as likely.
std::string computation_text();

/// Text tower and tokenizer, alive only while new names are embedded.
class NameEncoder {
 public:
  /// templates must outlive this. Throws Error(kBadVocabulary) for a model without a tokenizer, and for one
  /// that knows more tokens than the text tower; else as the tokenizer and the tower do.
  NameEncoder(const model::ModelFiles& model, const std::filesystem::path& vocab,
              const std::vector<std::string>& templates, bool truncate);

  /// [names, E], each the unit mean over the templates. Throws Error(kTensorMismatch), naming the text, where
  /// the tower gives no direction.
  std::vector<float> encode(const std::vector<std::string>& names);

 private:
  text::Tokenizer tokenizer_;
  engine::TextEncoder tower_;
  std::int64_t width_;
  std::string path_;
  const std::vector<std::string>& templates_;
  bool truncate_;
};

}  // namespace relprompt::segmenter
