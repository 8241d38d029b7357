#include "model/import_model.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/paths.h"
#include "model/model_folder.h"
#include "model/weight_check.h"
#include "text/tokenizer.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

/// The tokenizer files to copy, proven to load and to fit the text tower.
std::vector<fs::path> tokenizer_for(const ModelFiles& model, const fs::path& vocab) {
  if (vocab.empty() && model.tokenizer.empty()) return {};
  const fs::path chosen = vocab.empty() ? model.tokenizer.front().parent_path() : vocab;
  const auto tokenizer = text::Tokenizer::load(chosen);
  const auto rows = model.config.clip.text.vocab;
  if (model.config.clip.text.present() && tokenizer.vocab_size() > rows) {
    throw Error(ErrorCode::kBadVocabulary, fmt::format("{} has {} tokens, the model's text tower knows {}",
                                                       chosen.string(), tokenizer.vocab_size(), rows));
  }
  if (vocab.empty()) return model.tokenizer;
  return is_folder(vocab) ? text::tokenizer_files(vocab) : std::vector<fs::path>{vocab};
}

/// The file under the name by which a tokenizer is found in a folder.
void keep_findable(const std::vector<fs::path>& files) {
  const bool known = std::any_of(files.begin(), files.end(), [](const fs::path& file) {
    const auto name = file.filename();
    return name == "merges.txt" || name == "tokenizer.json" || name == "bpe_simple_vocab_16e6.txt.gz";
  });
  if (files.empty() || known) return;
  throw Error(ErrorCode::kBadVocabulary,
              fmt::format("{} cannot be kept in the model under this name", files.front().string()),
              "rename it to merges.txt, tokenizer.json or bpe_simple_vocab_16e6.txt.gz");
}

/// The row as it will be stored. Throws Error(kBadArgument) for numbers that half cannot hold.
Tensor stored(const TensorSource& source, const TensorRow& row, bool half) {
  const auto value = source.read(row);
  check_weights(to_fp32(value), row, source);
  const bool wide = value.dtype() == archive::DType::kF32 || value.dtype() == archive::DType::kF64;
  if (!half || !wide) return value;
  constexpr double kLargestHalf = 65519.99;  // what is above rounds to infinity
  const auto numbers = to_fp32(value);
  const float* first = numbers.floats();
  for (std::int64_t i = 0; i < numbers.elements(); ++i) {
    const double size = std::abs(static_cast<double>(first[i]));
    if (size <= kLargestHalf || std::isinf(size)) continue;
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} has numbers beyond 65504, which half precision cannot hold", row.name),
                "import it without --half");
  }
  return to_fp16(numbers);
}

}  // namespace

void write_model(const ModelFiles& model, const std::optional<Int8Refinement>& refinement,
                 const fs::path& target, bool half, bool replace) {
  ModelFolderWriter folder(target, replace);
  auto rows = model.image_rows();
  for (const auto& row : model.text_rows()) {
    if (model.clip->shape_of(row)) rows.push_back(row);
  }
  auto config = model.config;
  config.clip_path.clear();
  config.clip_sha256 = folder.write_tensors("clip.safetensors", rows,
                                            [&](const auto& row) { return stored(*model.clip, row, half); });
  if (model.prompts) {
    folder.write_tensors("prompts.safetensors", model.prompt_rows(),
                         [&](const auto& row) { return stored(*model.prompts, row, half); });
  }
  if (refinement) {
    auto next = refinement->means.begin();
    folder.write_tensors(kInt8File, int8_rows(config.clip),
                         [&](const TensorRow& row) { return Tensor(row.shape, *next++); });
  }
  for (const auto& file : model.tokenizer) folder.copy(file);
  // What `relprompt train` says of the model's training stays with it.
  const auto training = model.path / "training.json";
  if (is_file(training)) folder.copy(training);
  folder.write_text("config.json", to_json(config));
  folder.commit();
}

std::vector<std::string> import_checkpoint(const fs::path& source, const fs::path& target,
                                           const ImportOptions& options) {
  auto model = open_model(source, options.towers);  // the file is checked before the vocabulary
  const auto tokenizer = tokenizer_for(model, options.vocab);
  keep_findable(tokenizer);

  model.tokenizer = tokenizer;
  write_model(model, read_refinement(model), target, options.half, options.replace);

  auto notes = model.notes;
  if (tokenizer.empty()) {
    notes.push_back(
        "no tokenizer files beside the source: class names need --vocab when segmenting, or import again "
        "with --vocab");
  }
  return notes;
}

}  // namespace relprompt::model
