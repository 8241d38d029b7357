#include "model/model_place.h"

#include <system_error>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/paths.h"
#include "base/printable.h"
#include "model/model_files.h"
#include "model/place_hints.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSha256Digits = 64;

bool is_sha256(const std::string& name) {
  return name.size() == kSha256Digits && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The blobs keep their hashes as their names. Each is read once: the hash is remembered until the file
/// changes.
void check_blobs(const hub::LocalModel& model, const hub::HubName& name) {
  for (const auto& file : model.files) {
    std::error_code problem;
    const auto target = fs::read_symlink(file, problem);
    if (problem || !is_sha256(target.filename().string())) continue;
    const auto found = sha256_of(file);
    if (found == target.filename().string()) continue;
    fs::remove(file.parent_path() / target, problem);
    throw Error(ErrorCode::kWrongHash,
                fmt::format("{} of {} is damaged in the cache: {} has the SHA-256 {}; it was deleted",
                            file.filename().string(), name.text(), file.string(), found),
                "the same command fetches it again");
  }
}

}  // namespace

fs::path local_place(const fs::path& place, const hub::FetchRules& rules) {
  std::error_code problem;
  // A path that cannot be looked up (a circle of links, a folder without permission) is one that the user
  // means.
  const bool unclear = fs::status(place, problem).type() == fs::file_type::none;
  if (place.empty() || path_exists(place) || unclear) return place;
  const auto name = hub::parse_hub_name(place.string());
  if (!name) return place;
  try {
    const auto model = hub::fetch_model(*name, rules);
    check_blobs(model, *name);
    return model.place;
  } catch (const Error& error) {
    const bool neither = error.code() == ErrorCode::kModelNotFound || error.code() == ErrorCode::kNoNetwork;
    if (!neither) throw;
    const auto meant = hub_name_meant(place.string());
    throw Error(error.code(),
                fmt::format("there is no file or folder {}, and as a model of a hub: {}",
                            printable(place.string()), error.what()),
                meant.empty() || meant == name->repository ? "" : fmt::format("did you mean {}?", meant));
  }
}

hub::LocalModel pull(const std::string& text, const hub::FetchRules& rules) {
  const auto name = hub::parse_hub_name(text);
  if (!name) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("\"{}\" is no name of a model on a hub", printable(text)),
                "expected ORG/NAME[@REVISION][:SUBFOLDER], such as openai/clip-vit-base-patch16");
  }
  auto model = hub::fetch_model(*name, rules);
  check_blobs(model, *name);
  return model;
}

}  // namespace relprompt::model
