// Every piece is judged when it comes: what the format does not have at that place ends the reading.
#include "archive/safetensors_header.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "archive/dtype.h"
#include "archive/quote.h"
#include "base/json_excerpt.h"
#include "base/json_read.h"

namespace relprompt::archive {
namespace {

using Json = nlohmann::json;

constexpr const char* kMetadataKey = "__metadata__";

class HeaderVisitor final : public JsonVisitor {
 public:
  explicit HeaderVisitor(const std::string& source) : source_(source) {}

  SafetensorsHeader take() {
    auto& tensors = header_.tensors;
    std::sort(tensors.begin(), tensors.end(),
              [](const HeaderTensor& a, const HeaderTensor& b) { return a.view.name < b.view.name; });
    const auto twice = std::adjacent_find(
        tensors.begin(), tensors.end(),
        [](const HeaderTensor& a, const HeaderTensor& b) { return a.view.name == b.view.name; });
    if (twice != tensors.end()) occurs_twice(twice->view.name);
    return std::move(header_);
  }

  void begin_object() override {
    if (place_ == Place::kOutside) {
      place_ = Place::kHeader;
    } else if (place_ == Place::kHeader && name_ == kMetadataKey) {
      if (std::exchange(has_metadata_, true)) occurs_twice(name_);
      place_ = Place::kMetadata;
    } else if (place_ == Place::kHeader) {
      place_ = Place::kTensor;
      tensor_ = {};
      seen_ = 0;
    } else {
      refuse_value();
    }
  }
  void end_object() override {
    if (place_ == Place::kTensor) finish_tensor();
    place_ = place_ == Place::kHeader ? Place::kOutside : Place::kHeader;
  }
  void begin_array() override {
    if (place_ != Place::kTensor || field_ == Field::kDtype) refuse_value();
    place_ = field_ == Field::kShape ? Place::kShape : Place::kOffsets;
    offsets_ = 0;
  }
  void end_array() override {
    if (place_ == Place::kOffsets && offsets_ != 2) refuse(ErrorCode::kBadHeader, "data_offsets is no pair");
    place_ = Place::kTensor;
  }

  void key(std::string& key) override {
    if (place_ != Place::kTensor) {
      (place_ == Place::kMetadata ? entry_ : name_) = std::move(key);
      return;
    }
    field_ = field_named(key);
    const unsigned bit = 1U << static_cast<unsigned>(field_);
    if ((seen_ & bit) != 0) occurs_twice(key);
    seen_ |= bit;
  }

  void text(std::string& text) override {
    if (place_ == Place::kMetadata) {
      if (!header_.metadata.emplace(entry_, std::move(text)).second) occurs_twice(entry_);
    } else if (place_ == Place::kTensor && field_ == Field::kDtype) {
      read_dtype(text);
    } else {
      refuse_value();
    }
  }

  void scalar(const Json& value) override {
    if (place_ == Place::kShape) {
      add_size(value);
    } else if (place_ == Place::kOffsets) {
      add_offset(value);
    } else {
      refuse_value();
    }
  }

 private:
  enum class Place { kOutside, kHeader, kMetadata, kTensor, kShape, kOffsets };
  enum class Field { kDtype, kShape, kOffsets };
  static constexpr unsigned kAllFields = 7;

  [[noreturn]] void refuse(ErrorCode code, const std::string& problem, const std::string& hint = "") const {
    throw Error(code, fmt::format("{}: tensor {}: {}", source_, quote(name_), problem), hint);
  }
  [[noreturn]] void occurs_twice(const std::string& name) const {
    throw Error(ErrorCode::kDuplicateName, fmt::format("{}: header: {} occurs twice", source_, quote(name)));
  }
  [[noreturn]] void refuse_fields() const {
    refuse(ErrorCode::kBadHeader, "it has not exactly dtype, shape and data_offsets");
  }

  /// A value of a type that does not belong at this place.
  [[noreturn]] void refuse_value() const {
    switch (place_) {
      case Place::kOutside:
        throw Error(ErrorCode::kBadHeader, source_ + ": the header is no JSON object");
      case Place::kHeader:
        if (name_ != kMetadataKey) refuse_fields();
        throw Error(ErrorCode::kBadHeader, source_ + ": __metadata__ is no object");
      case Place::kMetadata:
        throw Error(ErrorCode::kBadHeader,
                    fmt::format("{}: __metadata__ {} is no string", source_, quote(entry_)));
      case Place::kTensor:
        refuse(ErrorCode::kBadHeader, field_ == Field::kDtype   ? "dtype is no string"
                                      : field_ == Field::kShape ? "shape is no list"
                                                                : "data_offsets is no pair");
      case Place::kShape:
        refuse(ErrorCode::kBadHeader, "shape holds no integer");
      case Place::kOffsets:
        break;
    }
    refuse(ErrorCode::kBadOffsets, "data_offsets are no byte positions");
  }

  Field field_named(const std::string& key) const {
    if (key == "dtype") return Field::kDtype;
    if (key == "shape") return Field::kShape;
    if (key == "data_offsets") return Field::kOffsets;
    refuse_fields();
  }

  void read_dtype(const std::string& name) {
    const auto type = dtype_named(name);
    if (!type) {
      refuse(ErrorCode::kUnsupportedDtype, fmt::format("dtype {} is not supported", quote(name)),
             "supported are F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL");
    }
    tensor_.view.dtype = *type;
  }

  void add_size(const Json& size) {
    if (!size.is_number_integer()) refuse_value();
    const bool fits = !size.is_number_unsigned() || size.get<std::uint64_t>() <= INT64_MAX;
    if (!fits || size.get<std::int64_t>() < 0) {
      refuse(ErrorCode::kShapeOverflow, fmt::format("{} is no size of a dimension", json_excerpt(size)));
    }
    auto& shape = tensor_.view.shape;
    if (shape.size() >= kMaxRank) {
      refuse(ErrorCode::kShapeOverflow, fmt::format("more than {} dimensions", kMaxRank));
    }
    shape.push_back(size.get<std::int64_t>());
  }

  void add_offset(const Json& offset) {
    if (!offset.is_number_unsigned()) refuse_value();
    if (++offsets_ > 2) refuse(ErrorCode::kBadHeader, "data_offsets is no pair");
    (offsets_ == 1 ? tensor_.begin : tensor_.end) = offset.get<std::uint64_t>();
  }

  void finish_tensor() {
    if (seen_ != kAllFields) refuse_fields();
    TensorView& view = tensor_.view;
    if (tensor_.begin > tensor_.end) {
      refuse(ErrorCode::kBadOffsets,
             fmt::format("data_offsets end at {} before they begin at {}", tensor_.end, tensor_.begin));
    }
    const auto bytes = bytes_of(view.shape, view.dtype);
    if (!bytes) {
      refuse(ErrorCode::kShapeOverflow,
             fmt::format("the product of shape [{}] overflows", fmt::join(view.shape, ",")));
    }
    if (*bytes != tensor_.end - tensor_.begin) {
      refuse(ErrorCode::kBadOffsets,
             fmt::format("{} of shape [{}] takes {} bytes, data_offsets give {}", name_of(view.dtype),
                         fmt::join(view.shape, ","), *bytes, tensor_.end - tensor_.begin));
    }
    view.bytes = *bytes;
    view.name = std::move(name_);
    header_.tensors.push_back(std::move(tensor_));
  }

  const std::string& source_;
  SafetensorsHeader header_;
  Place place_ = Place::kOutside;
  std::string name_, entry_;  ///< keys of the header and of its metadata
  Field field_ = Field::kDtype;
  unsigned seen_ = 0;  ///< fields of the tensor, a bit each
  int offsets_ = 0;    ///< of the tensor, read so far
  HeaderTensor tensor_;
  bool has_metadata_ = false;
};

}  // namespace

SafetensorsHeader read_safetensors_header(std::string_view text, const std::string& source) {
  // Nothing is kept of a value but what a tensor takes, so the length of the header is limit enough.
  const JsonRules rules = {ErrorCode::kBadHeader, kMaxHeaderBytes, kMaxHeaderBytes, kMaxHeaderBytes};
  HeaderVisitor visitor(source);
  walk_json(text, source + ": header", rules, visitor);
  return visitor.take();
}

}  // namespace relprompt::archive
