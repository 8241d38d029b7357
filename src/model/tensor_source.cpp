#include "model/tensor_source.h"

#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "archive/quote.h"
#include "base/hash.h"
#include "base/short_list.h"

namespace relprompt::model {
namespace {

struct Marker {
  CheckpointFormat format;
  const char* name;
};

// The patch embedding: every CLIP has one, and each style has its own name for it.
constexpr Marker kMarkers[] = {
    {CheckpointFormat::kMmseg, "backbone.conv1.weight"},
    {CheckpointFormat::kHuggingFace, "vision_model.embeddings.patch_embedding.weight"},
    {CheckpointFormat::kTimm, "visual.trunk.patch_embed.proj.weight"},
    {CheckpointFormat::kNative, "visual.conv1.weight"},
};

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_float(archive::DType type) {
  using archive::DType;
  return type == DType::kF64 || type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
}

/// A view of the mapped bytes, or an aligned copy where the file does not align its tensors.
Tensor as_tensor(const std::shared_ptr<const archive::TensorArchive>& owner,
                 const archive::TensorView& view) {
  const auto size = archive::size_of(view.dtype);
  if (reinterpret_cast<std::uintptr_t>(view.data) % size == 0)
    return {view.dtype, view.shape, view.data, owner};
  const auto copy = std::make_shared<std::vector<std::byte>>(view.data, view.data + view.bytes);
  return {view.dtype, view.shape, copy->data(), copy};
}

std::string section(const char* what, const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  return fmt::format("\n  {} ({}):\n    {}", what, lines.size(), short_list(lines, "\n    "));
}

}  // namespace

TensorSource::TensorSource(std::shared_ptr<const archive::TensorArchive> archive, std::string path)
    : archive_(std::move(archive)), path_(std::move(path)) {
  for (const Marker& marker : kMarkers) {
    for (const auto& tensor : archive_->tensors()) {
      if (!ends_with(tensor.name, marker.name)) continue;
      format_ = marker.format;
      prefix_ = tensor.name.substr(0, tensor.name.size() - std::strlen(marker.name));
      return;
    }
  }
  std::string first;
  for (std::size_t i = 0; i < archive_->tensors().size() && i < 3; ++i) {
    first += (i == 0 ? "" : ", ") + archive::quote(archive_->tensors()[i].name);
  }
  throw Error(
      ErrorCode::kUnknownFormat,
      fmt::format("{}: no CLIP image tower among its {} tensors ({}{})", path_, archive_->tensors().size(),
                  first, archive_->tensors().size() > 3 ? ", ..." : ""),
      archive_->find("patch_embed.proj.weight") != nullptr
          ? "this is an image tower of the timm library alone; a whole CLIP has a text tower beside it"
          : "expected a ViT-based CLIP with the names of OpenAI, open_clip, Hugging Face or the RPN authors");
}

TensorSource::TensorSource(std::shared_ptr<const archive::TensorArchive> archive, std::string path,
                           CheckpointFormat format)
    : archive_(std::move(archive)), path_(std::move(path)), format_(format) {}

std::optional<std::vector<std::int64_t>> TensorSource::shape_of(const TensorRow& row) const {
  const Source source = row.source(format_);
  std::optional<std::vector<std::int64_t>> shape;
  for (const auto& name : source.names) {
    const auto* part = find(name);
    if (part == nullptr) return std::nullopt;
    if (!shape) {
      shape = part->shape;
    } else if (shape->empty() || part->shape.size() != shape->size()) {
      return std::vector<std::int64_t>{-1};  // parts that cannot be stacked match no row
    } else {
      (*shape)[0] += part->shape[0];
    }
  }
  while (shape && source.batched && shape->size() > row.shape.size() && shape->front() == 1)
    shape->erase(shape->begin());
  if (shape && source.transposed && shape->size() == 2) std::swap((*shape)[0], (*shape)[1]);
  return shape;
}

Tensor TensorSource::read(const TensorRow& row) const {
  const Source source = row.source(format_);
  std::vector<Tensor> parts;
  for (const auto& name : source.names) parts.push_back(as_tensor(archive_, *find(name)));
  const auto whole = stacked(parts);
  return reshaped(source.transposed ? transposed(whole) : whole, row.shape);
}

std::string TensorSource::stored_name(const TensorRow& row) const {
  std::string all;
  for (const auto& name : row.source(format_).names) all += (all.empty() ? "" : " + ") + prefix_ + name;
  return all;
}

void TensorSource::check(const std::vector<TensorRow>& rows, const std::set<std::string>& ignored) const {
  std::vector<std::string> missing, misshapen, unexpected;
  std::set<std::string> used;
  for (const TensorRow& row : rows) {
    const auto names = row.source(format_).names;
    bool complete = !names.empty();
    for (const auto& name : names) {
      const auto* part = find(name);
      used.insert(prefix_ + name);
      if (part == nullptr) {
        complete = false;
        if (!row.optional)
          missing.push_back(fmt::format("{} [{}]", prefix_ + name, fmt::join(row.shape, ", ")));
      } else if (!is_float(part->dtype)) {
        misshapen.push_back(fmt::format("{}: {}, expected floating point numbers", part->name,
                                        archive::name_of(part->dtype)));
      }
    }
    const auto shape = complete ? shape_of(row) : std::nullopt;
    // A checkpoint may store a scalar as one-element vector; the number of elements decides.
    const bool scalar = row.shape.empty() && shape && shape->size() == 1 && (*shape)[0] == 1;
    if (shape && *shape != row.shape && !scalar) {
      misshapen.push_back(fmt::format("{}: [{}], expected [{}]", prefix_ + names.front(),
                                      fmt::join(*shape, ", "), fmt::join(row.shape, ", ")));
    }
  }
  for (const auto& tensor : archive_->tensors()) {
    const bool under_prefix = tensor.name.compare(0, prefix_.size(), prefix_) == 0;
    const std::string bare = under_prefix ? tensor.name.substr(prefix_.size()) : tensor.name;
    if (used.count(tensor.name) == 0 && ignored.count(bare) == 0)
      unexpected.push_back(archive::quote(tensor.name));
  }
  if (missing.empty() && misshapen.empty() && unexpected.empty()) return;
  std::string text = fmt::format("{}: its tensors do not fit this architecture", path_);
  text += section("missing", missing) + section("wrong shape or type", misshapen) +
          section("unexpected", unexpected);
  throw Error(ErrorCode::kTensorMismatch, text,
              fmt::format("names were read in the format of {}", name_of(format_)));
}

std::string TensorSource::hash(const std::vector<TensorRow>& rows) const {
  Sha256 digest;
  for (const TensorRow& row : rows) {
    for (const auto& name : row.source(format_).names) {
      const auto* part = find(name);
      if (part == nullptr) continue;
      digest.update(
          fmt::format("{} {} [{}]\n", name, archive::name_of(part->dtype), fmt::join(part->shape, ",")));
      digest.update(part->data, part->bytes);
    }
  }
  return digest.hex();
}

}  // namespace relprompt::model
