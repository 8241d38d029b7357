#include "segmenter/text_encoder.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/hash.h"
#include "base/read_file.h"
#include "model/cache_folder.h"
#include "segmenter/embedding_cache.h"
#include "segmenter/name_encoder.h"
#include "text/lines.h"
#include "text/templates.h"

namespace relprompt::segmenter {
namespace {

namespace fs = std::filesystem;

/// The tower's tensors and the tokenizer's files together decide an embedding.
std::string tower_hash(const model::ModelFiles& model, const fs::path& vocab) {
  const auto tensors =
      model::remembered_hash(model.files, "text tower", [&] { return model.clip->hash(model.text_rows()); });
  const auto files = vocabulary_files(model, vocab);
  const auto words = model::remembered_hash(files, "tokenizer", [&] {
    Sha256 digest;
    constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  // as the tokenizer's own reader
    for (const auto& file : files)
      digest.update(text::read_capped(file, kMaxBytes, ErrorCode::kBadVocabulary));
    return digest.hex();
  });
  return tensors + words;
}

TextEncoding encoding_of(const model::ModelFiles& model, const fs::path& vocab,
                         const std::vector<std::string>& templates, bool truncate) {
  const auto& clip = model.config.clip;
  TextEncoding encoding;
  encoding.weights = tower_hash(model, vocab);
  encoding.settings =
      fmt::format("{}, {} heads, context {}", name_of(model::kActivationWords, clip.activation),
                  clip.text.heads, clip.text.context);
  encoding.joint = static_cast<std::size_t>(clip.joint);
  encoding.templates = templates;
  encoding.truncate = truncate;
  encoding.computation = computation_text();
  return encoding;
}

std::vector<std::string> distinct_names(const ClassList& classes) {
  std::vector<std::string> names;
  for (const auto& of_class : classes.names) names.insert(names.end(), of_class.begin(), of_class.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

/// What each row of `embeddings` is called.
std::vector<std::string> row_names(const ClassList& classes, const ClassEmbeddings& embeddings) {
  std::vector<std::string> names;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto rows = embeddings.first[label + 1] - embeddings.first[label];
    for (std::size_t i = 0; i < rows; ++i)
      names.push_back(rows == 1 ? classes.title(label) : classes.names[label][i]);
  }
  return names;
}

ClassEmbeddings arrange(const ClassList& classes, const std::map<std::string, std::vector<float>>& rows,
                        std::int64_t width, bool apart) {
  ClassEmbeddings result;
  result.width = width;
  std::size_t count = 0;
  result.background = classes.background;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto& names = classes.names[label];
    const bool compete = apart || classes.background == label;
    result.first.push_back(count);
    std::vector<float> of_class;
    for (const auto& name : names)
      of_class.insert(of_class.end(), rows.at(name).begin(), rows.at(name).end());
    if (!compete && names.size() > 1) of_class = unit_mean(of_class.data(), names.size(), width);
    result.rows.insert(result.rows.end(), of_class.begin(), of_class.end());
    count += of_class.size() / static_cast<std::size_t>(width);
  }
  result.first.push_back(count);
  return result;
}

void check_request(const model::ModelFiles& model, const ClassList& classes,
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

EncodedClasses encode_classes(const model::ModelFiles& model, const fs::path& vocab, const ClassList& classes,
                              const TextOptions& given) {
  const auto options = resolve(given, model.config);
  check_request(model, classes, options.templates);
  const auto width = model.config.clip.joint;
  std::map<std::string, std::vector<float>> rows;
  std::vector<std::string> fresh;
  std::optional<EmbeddingCache> cache;
  if (options.use_cache) cache.emplace(encoding_of(model, vocab, options.templates, options.truncate));
  for (const auto& name : distinct_names(classes)) {
    if (const float* row = cache ? cache->find(name) : nullptr) {
      rows[name].assign(row, row + width);
    } else {
      fresh.push_back(name);
    }
  }
  if (!fresh.empty()) {
    const auto embedded = NameEncoder(model, vocab, options.templates, options.truncate).encode(fresh);
    require_unit(embedded, width, fresh, model.clip->path());
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      const auto first = embedded.begin() + static_cast<std::int64_t>(i) * width;
      rows[fresh[i]].assign(first, first + width);
    }
    if (cache) cache->add(fresh, embedded.data());
  } else if (cache && cache->damaged()) {
    cache->add({}, nullptr);
  }
  auto arranged = arrange(classes, rows, width, options.names == NameRule::kMax);
  require_unit(arranged.rows, width, row_names(classes, arranged), model.clip->path());
  return {std::move(arranged), !fresh.empty()};
}

TextOptions resolve(const TextOptions& options, const model::ModelConfig& config) {
  const auto protocol = model::protocol_of(config);
  TextOptions full = options;
  if (full.templates.empty()) full.templates = protocol.templates;
  if (full.templates.empty()) full.templates = text::single_template();
  if (full.names == NameRule::kByModel) full.names = protocol.names;
  return full;
}

}  // namespace relprompt::segmenter
