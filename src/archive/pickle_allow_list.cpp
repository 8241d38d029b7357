// The list is data, one row a name, so that a reviewer sees at once what a pickle can reach.
#include "archive/pickle_allow_list.h"

#include <array>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/quote.h"

namespace relprompt::archive {
namespace {

struct Row {
  std::string_view module;
  std::string_view name;
  AllowedGlobal global;
};

constexpr std::array<Row, 19> kRows = {{
    {"torch._utils", "_rebuild_tensor_v2", {GlobalKind::kRebuildTensor, {}}},
    {"torch._utils", "_rebuild_parameter", {GlobalKind::kRebuildParameter, {}}},
    {"collections", "OrderedDict", {GlobalKind::kOrderedDict, {}}},
    {"torch", "Size", {GlobalKind::kSize, {}}},
    {"torch", "DoubleStorage", {GlobalKind::kStorage, DType::kF64}},
    {"torch", "FloatStorage", {GlobalKind::kStorage, DType::kF32}},
    {"torch", "HalfStorage", {GlobalKind::kStorage, DType::kF16}},
    {"torch", "BFloat16Storage", {GlobalKind::kStorage, DType::kBF16}},
    {"torch", "LongStorage", {GlobalKind::kStorage, DType::kI64}},
    {"torch", "IntStorage", {GlobalKind::kStorage, DType::kI32}},
    {"torch", "ShortStorage", {GlobalKind::kStorage, DType::kI16}},
    {"torch", "CharStorage", {GlobalKind::kStorage, DType::kI8}},
    {"torch", "ByteStorage", {GlobalKind::kStorage, DType::kU8}},
    {"torch", "BoolStorage", {GlobalKind::kStorage, DType::kBool}},
    // What TorchScript writes around list and dict attributes.
    {"torch.jit._pickle", "build_intlist", {GlobalKind::kFirstArgument, {}}},
    {"torch.jit._pickle", "build_doublelist", {GlobalKind::kFirstArgument, {}}},
    {"torch.jit._pickle", "build_boollist", {GlobalKind::kFirstArgument, {}}},
    {"torch.jit._pickle", "build_tensorlist", {GlobalKind::kFirstArgument, {}}},
    {"torch.jit._pickle", "restore_type_tag", {GlobalKind::kFirstArgument, {}}},
}};

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

AllowedGlobal allowed_global(std::string_view module, std::string_view name) {
  for (const Row& row : kRows) {
    if (module == row.module && name == row.name) return row.global;
  }
  if (module == "__torch__" || begins_with(module, "__torch__.")) return {GlobalKind::kRecord, {}};
  const std::string full = quote(std::string(module.substr(0, 200)) + "." + std::string(name.substr(0, 200)));
  if (module == "torch" && ends_with(name, "Storage")) {
    throw Error(ErrorCode::kUnsupportedDtype, fmt::format("tensors of type {} are not supported", full),
                "convert them to float32 and re-save the file");
  }
  throw Error(
      ErrorCode::kPickleGlobal,
      fmt::format("the pickle names {}, which is not on the list of names that are safe to read", full),
      "only tensors in plain containers are read; re-save the weights alone with "
      "torch.save(model.state_dict(), path), or as safetensors");
}

}  // namespace relprompt::archive
