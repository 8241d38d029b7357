#include "segmenter/text_encoder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/hash.h"
#include "base/paths.h"
#include "base/read_file.h"
#include "clip/load.h"
#include "clip/text_tower.h"
#include "segmenter/cache_folder.h"
#include "segmenter/embedding_cache.h"
#include "text/lines.h"
#include "text/templates.h"
#include "text/tokenizer.h"

namespace relprompt::segmenter {
namespace {

namespace fs = std::filesystem;

// Texts in one batch of the tower: enough to fill the matrix products, little memory.
constexpr std::size_t kBatch = 64;

torch::Tensor unit_rows(const torch::Tensor& rows) {
  return torch::nn::functional::normalize(rows, torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

/// Throws Error(kTensorMismatch) for a row of [texts, E] that is no vector of length 1: nothing could be
/// compared with it, and every pixel would get the first class.
void require_unit(const torch::Tensor& rows, const std::vector<std::string>& texts, const std::string& path) {
  constexpr double kTolerance = 1e-3;
  const auto lengths = rows.to(torch::kCPU, torch::kFloat64).norm(2, -1).contiguous();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const double length = lengths.data_ptr<double>()[i];
    if (std::abs(length - 1) < kTolerance) continue;
    throw Error(
        ErrorCode::kTensorMismatch,
        fmt::format("{}: the text tower gives no usable embedding of '{}': its length is {} instead of 1",
                    path, texts[i], length),
        "the model's weights are damaged or its training diverged; get it again");
  }
}

std::vector<fs::path> vocabulary_files(const ModelFiles& model, const fs::path& vocab) {
  if (vocab.empty()) return model.tokenizer;
  if (is_folder(vocab)) return text::tokenizer_files(vocab);
  return {vocab};
}

text::Tokenizer load_tokenizer(const ModelFiles& model, const fs::path& vocab) {
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

/// Text tower and tokenizer, alive only while new names are embedded.
class NameEncoder {
 public:
  NameEncoder(const ModelFiles& model, const fs::path& vocab, const std::vector<std::string>& templates,
              bool truncate)
      : tokenizer_(load_tokenizer(model, vocab)),
        tower_(model.config.clip.text, model.config.clip.joint, model.config.clip.activation),
        path_(model.clip->path()),
        templates_(templates),
        truncate_(truncate) {
    clip::load_frozen(*tower_, "", model.text_rows(), *model.clip);
  }

  /// [names, E], each the unit mean over the templates. Throws Error(kTensorMismatch), naming the text, where
  /// the tower gives no direction.
  torch::Tensor encode(const std::vector<std::string>& names) {
    std::vector<torch::Tensor> batches;
    std::vector<std::int64_t> ids;
    std::vector<std::string> texts;
    const auto run = [&] {
      if (texts.empty()) return;
      const auto context = tower_->config().context;
      const auto tokens = torch::tensor(ids, torch::kInt64).reshape({-1, context});
      batches.push_back(tower_(tokens));
      require_unit(batches.back(), texts, path_);
      ids.clear();
      texts.clear();
    };
    for (const auto& name : names) {
      for (const auto& sentence : templates_) {
        texts.push_back(text::fill(sentence, name));
        const auto row =
            tokenizer_.tokens(texts.back(), static_cast<int>(tower_->config().context), truncate_);
        ids.insert(ids.end(), row.begin(), row.end());
        if (texts.size() == kBatch) run();
      }
    }
    run();
    const auto all = torch::cat(batches, 0);
    const auto count = static_cast<std::int64_t>(names.size());
    return unit_rows(all.reshape({count, static_cast<std::int64_t>(templates_.size()), all.size(1)}).mean(1));
  }

 private:
  text::Tokenizer tokenizer_;
  clip::TextTower tower_;
  std::string path_;
  const std::vector<std::string>& templates_;
  bool truncate_;
};

/// The tower's tensors and the tokenizer's files together decide an embedding.
std::string tower_hash(const ModelFiles& model, const fs::path& vocab) {
  const auto tensors =
      remembered_hash(model.files, "text tower", [&] { return model.clip->hash(model.text_rows()); });
  const auto files = vocabulary_files(model, vocab);
  const auto words = remembered_hash(files, "tokenizer", [&] {
    Sha256 digest;
    constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  // as the tokenizer's own reader
    for (const auto& file : files)
      digest.update(text::read_capped(file, kMaxBytes, ErrorCode::kBadVocabulary));
    return digest.hex();
  });
  return tensors + words;
}

TextEncoding encoding_of(const ModelFiles& model, const fs::path& vocab,
                         const std::vector<std::string>& templates, bool truncate) {
  const auto& clip = model.config.clip;
  TextEncoding encoding;
  encoding.weights = tower_hash(model, vocab);
  encoding.settings = fmt::format("{}, {} heads, context {}", activation_name(clip.activation),
                                  clip.text.heads, clip.text.context);
  encoding.joint = static_cast<std::size_t>(clip.joint);
  encoding.templates = templates;
  encoding.truncate = truncate;
  return encoding;
}

std::vector<std::string> distinct_names(const ClassList& classes) {
  std::vector<std::string> names;
  for (const auto& of_class : classes.names) names.insert(names.end(), of_class.begin(), of_class.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> shown_names(const ClassList& classes) {
  std::vector<std::string> names;
  for (const auto& of_class : classes.names) names.push_back(of_class.front());
  return names;
}

ClassEmbeddings arrange(const ClassList& classes, const std::map<std::string, torch::Tensor>& rows,
                        bool apart) {
  ClassEmbeddings result;
  std::vector<torch::Tensor> all;
  for (const auto& names : classes.names) {
    result.first.push_back(all.size());
    std::vector<torch::Tensor> of_class;
    for (const auto& name : names) of_class.push_back(rows.at(name));
    if (apart || of_class.size() == 1) {
      all.insert(all.end(), of_class.begin(), of_class.end());
    } else {
      all.push_back(unit_rows(torch::stack(of_class).mean(0)));
    }
  }
  result.first.push_back(all.size());
  result.rows = torch::stack(all);
  return result;
}

void check_request(const ModelFiles& model, const ClassList& classes,
                   const std::vector<std::string>& templates) {
  if (classes.size() == 0)
    throw Error(ErrorCode::kBadClassList, "the class list is empty", "name at least one class");
  if (classes.size() > kMaxClasses) {
    throw Error(ErrorCode::kBadClassList,
                fmt::format("{} classes; at most {} fit a label", classes.size(), kMaxClasses));
  }
  for (const auto& names : classes.names) {
    if (names.empty()) throw Error(ErrorCode::kBadClassList, "a class without a name");
  }
  for (const auto& sentence : templates) text::check_template(sentence);
  if (!model.config.clip.text.present()) {
    throw Error(ErrorCode::kBadVocabulary, fmt::format("{} has no text tower", model.path.string()),
                "import a checkpoint that holds both towers, or pass embeddings through the library");
  }
}

}  // namespace

EncodedClasses encode_classes(const ModelFiles& model, const fs::path& vocab, const ClassList& classes,
                              const TextOptions& options) {
  const auto& templates = options.templates.empty() ? text::single_template() : options.templates;
  check_request(model, classes, templates);
  std::map<std::string, torch::Tensor> rows;
  std::vector<std::string> fresh;
  std::optional<EmbeddingCache> cache;
  if (options.use_cache) cache.emplace(encoding_of(model, vocab, templates, options.truncate));
  for (const auto& name : distinct_names(classes)) {
    const float* row = cache ? cache->find(name) : nullptr;
    if (row != nullptr) {
      rows[name] = torch::tensor(at::ArrayRef<float>(row, static_cast<std::size_t>(model.config.clip.joint)));
    } else {
      fresh.push_back(name);
    }
  }
  if (!fresh.empty()) {
    const auto embedded =
        NameEncoder(model, vocab, templates, options.truncate).encode(fresh).to(torch::kFloat32).contiguous();
    require_unit(embedded, fresh, model.clip->path());
    for (std::size_t i = 0; i < fresh.size(); ++i) rows[fresh[i]] = embedded[static_cast<std::int64_t>(i)];
    if (cache) cache->add(fresh, embedded.data_ptr<float>());
  } else if (cache && cache->damaged()) {
    cache->add({}, nullptr);
  }
  auto arranged = arrange(classes, rows, options.max_over_names);
  if (!options.max_over_names) require_unit(arranged.rows, shown_names(classes), model.clip->path());
  return {std::move(arranged), !fresh.empty()};
}

}  // namespace relprompt::segmenter
