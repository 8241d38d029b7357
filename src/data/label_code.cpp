#include "data/label_code.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/dataset.h"

namespace relprompt::data {
namespace {

constexpr std::size_t kStoredValues = 65536;
constexpr std::int32_t kStranger = -1;
constexpr std::uint16_t kIgnoreByte = 255;

}  // namespace

LabelCode::LabelCode(std::string classes, std::string ignored)
    : meaning_(kStoredValues, kStranger), classes_(std::move(classes)), ignored_(std::move(ignored)) {}

LabelCode LabelCode::as_stored(std::size_t classes) {
  LabelCode code(fmt::format("0 to {}", classes - 1), "255");
  for (std::size_t label = 0; label < classes; ++label)
    code.meaning_[label] = static_cast<std::int32_t>(label);
  code.meaning_[kIgnoreByte] = kIgnore;
  return code;
}

LabelCode LabelCode::less_one(std::size_t classes) {
  LabelCode code(fmt::format("1 to {}", classes), "0 or 255");
  for (std::size_t label = 0; label < classes; ++label) {
    code.meaning_[label + 1] = static_cast<std::int32_t>(label);
  }
  code.meaning_[0] = code.meaning_[kIgnoreByte] = kIgnore;
  return code;
}

LabelCode LabelCode::less_one(std::size_t classes, bool background) {
  LabelCode code = less_one(classes);
  if (background) code.meaning_[0] = kBackground;
  return code;
}

LabelCode LabelCode::wide(std::size_t classes, const std::vector<std::uint16_t>& ignored) {
  LabelCode code(fmt::format("0 to {}", classes - 1), fmt::format("{}", fmt::join(ignored, " or ")));
  for (std::size_t label = 0; label < classes; ++label)
    code.meaning_[label] = static_cast<std::int32_t>(label);
  for (const std::uint16_t value : ignored) code.meaning_[value] = kIgnore;
  return code;
}

LabelCode LabelCode::by_depth(std::size_t classes) {
  LabelCode code(fmt::format("0 to {}", classes - 1), "255 (of 16 bits 65535)");
  for (std::size_t label = 0; label < classes; ++label)
    code.meaning_[label] = static_cast<std::int32_t>(label);
  code.meaning_[kIgnore] = kIgnore;
  code.byte_ignores_255_ = true;
  return code;
}

LabelCode LabelCode::listed(const std::vector<std::uint16_t>& stored_values) {
  LabelCode code(fmt::format("{} values from {} to {}", stored_values.size(), stored_values.front(),
                             stored_values.back()),
                 "255");
  for (std::size_t label = 0; label < stored_values.size(); ++label) {
    code.meaning_[stored_values[label]] = static_cast<std::int32_t>(label);
  }
  code.meaning_[kIgnoreByte] = kIgnore;
  return code;
}

LabelCode LabelCode::table(const std::vector<std::uint16_t>& meanings, std::uint16_t meaning_of_255,
                           const std::string& legal, const std::string& ignored) {
  LabelCode code(legal, ignored);
  for (std::size_t value = 0; value < meanings.size(); ++value) code.meaning_[value] = meanings[value];
  code.meaning_[kIgnoreByte] = meaning_of_255;
  return code;
}

LabelCode::Strangers LabelCode::translate(image::StoredLabels& stored) const {
  Strangers strangers;
  const bool byte_ignore = byte_ignores_255_ && stored.bits <= 8;
  std::size_t at = 0;
  for (std::uint16_t& value : stored.map.labels) {
    std::int32_t label = byte_ignore && value == kIgnoreByte ? kIgnore : meaning_[value];
    if (label == kStranger) {
      if (strangers.pixels++ == 0) {
        const auto width = static_cast<std::size_t>(stored.map.width);
        strangers.first_value = value;
        strangers.row = static_cast<int>(at / width);
        strangers.column = static_cast<int>(at % width);
      }
      label = kIgnore;
    }
    value = static_cast<std::uint16_t>(label);
    ++at;
  }
  return strangers;
}

}  // namespace relprompt::data
