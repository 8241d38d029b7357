#include "segmenter/text_encoder.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/hash.h"
#include "base/paths.h"
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
        templates_(templates),
        truncate_(truncate) {
    clip::load_frozen(*tower_, "", model.text_rows(), *model.clip);
  }

  /// [names, E], each the unit mean over the templates.
  torch::Tensor encode(const std::vector<std::string>& names) {
    std::vector<torch::Tensor> batches;
    std::vector<std::int64_t> ids;
    std::size_t texts = 0;
    const auto run = [&] {
      if (texts == 0) return;
      const auto context = tower_->config().context;
      const auto tokens = torch::tensor(ids, torch::kInt64).reshape({-1, context});
      batches.push_back(tower_(tokens));
      ids.clear();
      texts = 0;
    };
    for (const auto& name : names) {
      for (const auto& sentence : templates_) {
        const auto row = tokenizer_.tokens(text::fill(sentence, name),
                                           static_cast<int>(tower_->config().context), truncate_);
        ids.insert(ids.end(), row.begin(), row.end());
        if (++texts == kBatch) run();
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

std::vector<std::string> distinct_names(const ClassList& classes) {
  std::vector<std::string> names;
  for (const auto& of_class : classes.names) names.insert(names.end(), of_class.begin(), of_class.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
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
  if (options.use_cache) {
    const auto key = EmbeddingCache::key(tower_hash(model, vocab), templates, options.truncate);
    cache.emplace(key, model.config.clip.joint);
  }
  for (const auto& name : distinct_names(classes)) {
    const auto row = cache ? cache->find(name) : torch::Tensor();
    if (row.defined()) {
      rows[name] = row;
    } else {
      fresh.push_back(name);
    }
  }
  if (!fresh.empty()) {
    const auto embedded = NameEncoder(model, vocab, templates, options.truncate).encode(fresh);
    for (std::size_t i = 0; i < fresh.size(); ++i) rows[fresh[i]] = embedded[static_cast<std::int64_t>(i)];
    if (cache) cache->add(fresh, embedded);
  }
  return {arrange(classes, rows, options.max_over_names), !fresh.empty()};
}

}  // namespace relprompt::segmenter
