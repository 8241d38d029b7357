#include "model/place_hints.h"

#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/paths.h"

namespace relprompt::model {
namespace {

namespace fs = std::filesystem;

using Meant = std::pair<std::string_view, const char*>;

/// What is left of the names that papers, OpenAI's code, open_clip and transformers use.
constexpr std::array kMeant = {Meant{"vitb16", "openai/clip-vit-base-patch16"},
                               Meant{"vitb32", "openai/clip-vit-base-patch32"},
                               Meant{"vitl14", "openai/clip-vit-large-patch14"},
                               Meant{"vitl14336", "openai/clip-vit-large-patch14-336"},
                               Meant{"vitl14336px", "openai/clip-vit-large-patch14-336"},
                               Meant{"vitbasepatch16", "openai/clip-vit-base-patch16"},
                               Meant{"vitbasepatch32", "openai/clip-vit-base-patch32"},
                               Meant{"vitlargepatch14", "openai/clip-vit-large-patch14"},
                               Meant{"vitlargepatch14336", "openai/clip-vit-large-patch14-336"},
                               Meant{"b16", "openai/clip-vit-base-patch16"},
                               Meant{"b32", "openai/clip-vit-base-patch32"},
                               Meant{"l14", "openai/clip-vit-large-patch14"}};

/// Letters and digits in lower case, without the words that say nothing.
std::string essence(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  for (const std::string_view word : {"openai", "clip"}) {
    if (const auto at = text.find(word); at != std::string::npos) text.erase(at, word.size());
  }
  return text;
}

}  // namespace

std::string hub_name_meant(const std::string& name) {
  const std::string wanted = essence(name);
  for (const auto& [text, model] : kMeant) {
    if (text == wanted) return model;
  }
  return "";
}

void refuse_run_folder(const fs::path& folder) {
  std::string models;
  for (const char* name : {"best", "last"}) {
    if (!path_exists(folder / name / "config.json")) continue;
    models += (models.empty() ? "" : ", or ") + (folder / name).string();
  }
  if (models.empty()) return;
  throw Error(ErrorCode::kModelNotFound,
              fmt::format("{} is the folder of a run and not a model itself", folder.string()),
              "its models: " + models);
}

}  // namespace relprompt::model
