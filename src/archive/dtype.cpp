// One row a number type: everything else is looked up here.
#include "archive/dtype.h"

#include <array>

#include "base/checked.h"

namespace relprompt::archive {
namespace {

struct Row {
  DType type;
  const char* name;
  std::size_t bytes;
};

constexpr std::array<Row, 10> kRows = {{
    {DType::kF64, "F64", 8},
    {DType::kF32, "F32", 4},
    {DType::kF16, "F16", 2},
    {DType::kBF16, "BF16", 2},
    {DType::kI64, "I64", 8},
    {DType::kI32, "I32", 4},
    {DType::kI16, "I16", 2},
    {DType::kI8, "I8", 1},
    {DType::kU8, "U8", 1},
    {DType::kBool, "BOOL", 1},
}};

// The rows stand in the order of the enum, so a type is its own index.
const Row& row_of(DType type) noexcept {
  return kRows[static_cast<std::size_t>(type)];
}

}  // namespace

std::size_t size_of(DType type) noexcept {
  return row_of(type).bytes;
}

const char* name_of(DType type) noexcept {
  return row_of(type).name;
}

std::optional<DType> dtype_named(std::string_view name) {
  for (const Row& row : kRows) {
    if (name == row.name) return row.type;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> bytes_of(const std::vector<std::int64_t>& shape, DType type) {
  const auto elements = checked_elements(shape);
  return elements ? checked_multiply(*elements, size_of(type)) : std::nullopt;
}

}  // namespace relprompt::archive
