#include "model/pack_cache.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/stat.h>

#include "relprompt/error.h"

#include "base/file_identity.h"
#include "base/hash.h"
#include "base/notes.h"
#include "model/cache_folder.h"
#include "model/method.h"

namespace relprompt::model {
namespace {

constexpr std::string_view kEnding = ".pack", kUnfinishedEnding = ".pack.tmp";
constexpr std::size_t kSha256Digits = 64;

bool switched_off() {
  const char* word = std::getenv("RELPROMPT_PACK_CACHE");
  if (word == nullptr || *word == '\0') return false;
  if (std::string_view(word) == "off") return true;
  throw Error(ErrorCode::kBadArgument, fmt::format("RELPROMPT_PACK_CACHE: '{}' is unknown", word),
              "possible: off; unset it to keep packed weights in the cache folder");
}

/// The files with the tensors that packed weights are made of.
std::vector<archive::ArchiveFile> sources_of(const ModelFiles& model) {
  auto files = model.clip->archive().files();
  if (model.prompts && changes_weights(model.config.prompts->peft.method)) {
    const auto& more = model.prompts->archive().files();
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

/// 64 hexadecimal digits and the ending.
bool named_like_ours(std::string_view name, std::string_view ending) {
  return name.size() == kSha256Digits + ending.size() && name.substr(kSha256Digits) == ending &&
         name.substr(0, kSha256Digits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

PackCache::PackCache(const ModelFiles& model, const std::string& parameters, std::uint64_t bytes,
                     const PackCacheRules& rules)
    : model_(model), rules_(rules), bytes_(bytes) {
  if (switched_off() || !rules.use || bytes < rules.least_bytes || bytes > rules.most_bytes) return;
  wanted_.parameters = parameters;
  Sha256 name;
  name.update(parameters);
  for (const auto& file : sources_of(model)) {
    std::error_code problem;
    name.update("\n" + std::filesystem::weakly_canonical(file.path, problem).string());
    wanted_.sources += file.identity;
  }
  name_ = name.hex() + std::string(kEnding);
  folder_ = cache_folder("packs");
}

std::shared_ptr<const PackFile> PackCache::open() const {
  if (!folder_) return nullptr;
  const auto file = folder_->open_file(name_);
  if (!file) return nullptr;
  const auto path = folder_->path() / name_;
  std::string problem;
  try {
    auto pack = PackFile::open(file, path, problem);
    if (pack && is_of_this_model(pack->origin())) {
      ::futimens(file.number(), nullptr);  // used now, for make_room
      return pack;
    }
    if (pack) problem = "they are of another model, or packed for other products";
  } catch (const Error& error) {
    problem = error.what();
  }
  note(fmt::format("packed weights in {} are not used and are made again: {}", path.string(), problem));
  return nullptr;
}

bool PackCache::is_of_this_model(const PackOrigin& origin) const {
  if (origin.parameters != wanted_.parameters) return false;
  // A copied or touched file may still hold the same weights.
  return origin.sources == wanted_.sources || origin.content == content_hash(model_);
}

bool PackCache::write(const std::function<void(kernels::PackArchive&)>& fill) const {
  if (!folder_) return false;
  const auto file = folder_->begin(name_);
  if (!file) return false;
  make_room();
  auto origin = wanted_;
  origin.content = content_hash(model_);
  PackWriter writer(*file, origin);
  try {
    fill(writer);
  } catch (...) {
    folder_->abandon(*file, name_);
    throw;
  }
  const auto files = sources_of(model_);
  const bool unchanged = std::all_of(files.begin(), files.end(), [](const auto& source) {
    return file_identity(source.path) == source.identity;
  });
  if (unchanged && writer.finish() && folder_->finish(*file, name_)) return true;
  folder_->abandon(*file, name_);
  return false;
}

/// Removes what killed processes left, and the packs that were not used for longest until this one fits in.
void PackCache::make_room() const {
  auto entries = folder_->entries();
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.changed > b.changed; });
  std::uint64_t kept = bytes_;
  for (const auto& entry : entries) {
    if (named_like_ours(entry.name, kUnfinishedEnding)) {
      folder_->remove(entry.name);
    } else if (named_like_ours(entry.name, kEnding) && entry.name != name_) {
      kept += entry.bytes;
      if (kept > rules_.most_bytes) folder_->remove(entry.name);
    }
  }
}

}  // namespace relprompt::model
