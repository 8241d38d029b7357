#include "model/tensor_table.h"

#include <sstream>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "model/timm_tower.h"

namespace relprompt::model {
namespace {

std::string replaced(std::string text, const std::string& mark, const std::string& value) {
  const auto at = text.find(mark);
  return at == std::string::npos ? text : text.replace(at, mark.size(), value);
}

std::int64_t size_for(const Sizes& sizes, char letter) {
  const auto found = sizes.find(letter);
  if (found == sizes.end()) throw Error(ErrorCode::kInternal, fmt::format("no size for letter {}", letter));
  return found->second;
}

std::vector<std::int64_t> shape_of(const char* text, const Sizes& sizes) {
  std::vector<std::int64_t> shape;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool number = word.find_first_not_of("0123456789") == std::string::npos;
    shape.push_back(number ? std::stoll(word) : size_for(sizes, word[0]));
  }
  return shape;
}

Source source_of(std::string text, const std::string& layer) {
  Source source;
  if (text.empty()) return source;
  source.transposed = text[0] == '^';
  source.batched = text[0] == '=';
  if (source.transposed || source.batched) text.erase(0, 1);
  text = replaced(text, "{i}", layer);
  if (text.find("{qkv}") == std::string::npos) {
    source.names = {text};
  } else {
    for (const char* part : {"q", "k", "v"}) source.names.push_back(replaced(text, "{qkv}", part));
  }
  return source;
}

TensorRow row_of(const TableLine& line, const Sizes& sizes, const std::string& layer) {
  return {replaced(line.name, "{i}", layer),
          shape_of(line.shape, sizes),
          source_of(line.hugging_face, layer),
          source_of(line.mmseg, layer),
          source_of(timm_name(line.name), layer),
          line.optional,
          Initial::kNone,
          RateGroup::kRest,
          0};
}

}  // namespace

const char* name_of(CheckpointFormat format) noexcept {
  switch (format) {
    case CheckpointFormat::kNative:
      return "OpenAI CLIP";
    case CheckpointFormat::kHuggingFace:
      return "Hugging Face CLIPModel";
    case CheckpointFormat::kMmseg:
      return "mmsegmentation RPN";
    case CheckpointFormat::kTimm:
      return "open_clip with a tower of timm";
  }
  return "";
}

Source TensorRow::source(CheckpointFormat format) const {
  if (format == CheckpointFormat::kHuggingFace) return hugging_face;
  if (format == CheckpointFormat::kMmseg) return mmseg;
  if (format == CheckpointFormat::kTimm) return timm;
  return {{name}};
}

std::int64_t TensorRow::elements() const {
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  return count;
}

std::vector<TensorRow> expand(const std::vector<TableLine>& table, const Sizes& sizes) {
  std::vector<TensorRow> rows;
  for (const TableLine& line : table) {
    const std::int64_t layers = line.repeat == 0 ? 1 : size_for(sizes, line.repeat);
    for (std::int64_t i = 0; i < layers; ++i) rows.push_back(row_of(line, sizes, std::to_string(i)));
  }
  return rows;
}

std::vector<TensorRow> expand(const std::vector<TrainedLine>& table, const Sizes& sizes, bool released) {
  std::vector<TensorRow> rows;
  for (const TrainedLine& line : table) {
    for (auto& row : expand({TableLine{line.name, "", line.mmseg, line.shape, line.repeat}}, sizes)) {
      row.initial = released && line.released != Initial::kNone ? line.released : line.initial;
      if (line.inputs != 0) row.inputs = size_for(sizes, line.inputs);
      row.group = line.group;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace relprompt::model
