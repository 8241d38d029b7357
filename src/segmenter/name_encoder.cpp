#include "segmenter/name_encoder.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/paths.h"
#include "kernels/instruction_sets.h"
#include "segmenter/class_embeddings.h"
#include "text/templates.h"

namespace relprompt::segmenter {
namespace {

namespace fs = std::filesystem;

// Texts in one batch of the tower: enough to fill the matrix products, little memory.
constexpr std::size_t kBatch = 64;

// Raise it with every change that may give another embedding for the same text and model, be it in the last
// bit: in the steps here, the text tower (engine/text_encoder.h and the kernels under it) or the tokenizer.
constexpr int kSteps = 1;
// Another compiler may contract and order sums in another way.
constexpr const char* kCompiler = __VERSION__;

text::Tokenizer load_tokenizer(const model::ModelFiles& model, const fs::path& vocab) {
  if (vocab.empty() && model.tokenizer.empty()) {
    throw Error(ErrorCode::kBadVocabulary, fmt::format("{} has no tokenizer files", model.path.string()),
                "name CLIP's merges.txt, tokenizer.json or bpe_simple_vocab_16e6.txt.gz with --vocab");
  }
  // All files of a set stand in one folder, which the tokenizer finds by itself.
  auto tokenizer = text::Tokenizer::load(vocab.empty() ? model.tokenizer.front().parent_path() : vocab);
  const auto rows = model.config.clip.text.vocab;
  if (tokenizer.vocab_size() > rows) {
    throw Error(ErrorCode::kBadVocabulary,
                fmt::format("the tokenizer has {} tokens, the text tower of {} knows {}",
                            tokenizer.vocab_size(), model.path.string(), rows),
                "use the vocabulary that the model was trained with");
  }
  return tokenizer;
}

}  // namespace

std::string computation_text() {
  return fmt::format("steps {}, {}, {}", kSteps, kCompiler, kernels::arithmetic_text());
}

std::vector<float> unit_mean(const float* rows, std::size_t count, std::int64_t width) {
  std::vector<float> mean(static_cast<std::size_t>(width), 0.0f);
  double square = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += static_cast<double>(rows[k * mean.size() + i]);
    sum /= static_cast<double>(count);
    mean[i] = static_cast<float>(sum);
    square += sum * sum;
  }
  const double length = std::max(std::sqrt(square), 1e-12);
  for (float& value : mean) value = static_cast<float>(static_cast<double>(value) / length);
  return mean;
}

void require_unit(const std::vector<float>& rows, std::int64_t width, const std::vector<std::string>& texts,
                  const std::string& path) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const double length = length_of(rows.data() + i * static_cast<std::size_t>(width), width);
    if (is_unit(length)) continue;
    throw Error(
        ErrorCode::kTensorMismatch,
        fmt::format("{}: the text tower gives no usable embedding of '{}': its length is {} instead of 1",
                    path, texts[i], length),
        "the model's weights are damaged or its training diverged; get it again");
  }
}

std::vector<fs::path> vocabulary_files(const model::ModelFiles& model, const fs::path& vocab) {
  if (vocab.empty()) return model.tokenizer;
  if (is_folder(vocab)) return text::tokenizer_files(vocab);
  return {vocab};
}

NameEncoder::NameEncoder(const model::ModelFiles& model, const fs::path& vocab,
                         const std::vector<std::string>& templates, bool truncate)
    : tokenizer_(load_tokenizer(model, vocab)),
      tower_(model),
      width_(model.config.clip.joint),
      path_(model.clip->path()),
      templates_(templates),
      truncate_(truncate) {}

std::vector<float> NameEncoder::encode(const std::vector<std::string>& names) {
  std::vector<float> sentences, rows;
  std::vector<std::int64_t> ids;
  std::vector<std::string> texts;
  const auto run = [&] {
    if (texts.empty()) return;
    const auto some = tower_.encode(ids, static_cast<std::int64_t>(texts.size()));
    require_unit(some, width_, texts, path_);
    sentences.insert(sentences.end(), some.begin(), some.end());
    ids.clear();
    texts.clear();
  };
  for (const auto& name : names) {
    for (const auto& sentence : templates_) {
      texts.push_back(text::fill(sentence, name));
      const auto row = tokenizer_.tokens(texts.back(), static_cast<int>(tower_.context()), truncate_);
      ids.insert(ids.end(), row.begin(), row.end());
      if (texts.size() == kBatch) run();
    }
  }
  run();
  const auto each = templates_.size() * static_cast<std::size_t>(width_);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto mean = unit_mean(sentences.data() + i * each, templates_.size(), width_);
    rows.insert(rows.end(), mean.begin(), mean.end());
  }
  return rows;
}

}  // namespace relprompt::segmenter
