// Writes safetensors so that equal tensors give equal files on every machine: given order, fixed key order,
// no time stamps.
#include <nlohmann/json.hpp>
#include <set>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "archive/dtype.h"
#include "archive/quote.h"
#include "archive/safetensors.h"
#include "base/atomic_file.h"

namespace relprompt::archive {
namespace {

// Keeps the order in which keys are added.
using Json = nlohmann::ordered_json;

// The reference pads the header so that the data begin at a multiple of 8.
constexpr std::size_t kAlignment = 8;

void check(const std::vector<TensorView>& tensors, const std::string& path) {
  std::set<std::string_view> names = {"__metadata__"};
  for (const TensorView& tensor : tensors) {
    if (!names.insert(tensor.name).second) {
      throw Error(ErrorCode::kDuplicateName,
                  fmt::format("cannot write {}: the name {} is taken", path, quote(tensor.name)));
    }
    const auto bytes = bytes_of(tensor.shape, tensor.dtype);
    if (!bytes || *bytes != tensor.bytes) {
      throw Error(ErrorCode::kInternal,
                  fmt::format("cannot write {}: tensor {} has {} bytes, which its shape denies", path,
                              quote(tensor.name), tensor.bytes));
    }
  }
}

std::string header_of(const std::vector<TensorView>& tensors,
                      const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t begin = 0;
  for (const TensorView& tensor : tensors) {
    const std::uint64_t end = begin + tensor.bytes;
    // Appended without a look-up, which would be linear in this ordered map.
    header.get_ref<Json::object_t&>().emplace_back(
        tensor.name,
        Json{{"dtype", name_of(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}});
    begin = end;
  }
  std::string text = header.dump();
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  return text;
}

}  // namespace

std::string write_safetensors(const std::filesystem::path& path, const std::vector<TensorView>& tensors,
                              const std::map<std::string, std::string>& metadata, Replace replace) {
  check(tensors, path.string());
  std::string header;
  try {
    header = header_of(tensors, metadata);
  } catch (const Json::exception&) {
    throw Error(ErrorCode::kBadHeader, fmt::format("cannot write {}: a name is no UTF-8", path.string()));
  }
  const std::uint64_t length = header.size();
  AtomicFile file(path, replace);
  file.write(&length, sizeof length);
  file.write(header);
  for (const TensorView& tensor : tensors) file.write(tensor.data, tensor.bytes);
  return file.commit();
}

}  // namespace relprompt::archive
