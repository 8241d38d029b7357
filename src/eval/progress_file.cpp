#include "eval/progress_file.h"

#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "relprompt/error.h"

#include "base/atomic_file.h"
#include "base/hash.h"
#include "base/json_output.h"
#include "base/read_file.h"
#include "eval/confusion_json.h"
#include "eval/json_text.h"
#include "eval/run_identity.h"

namespace relprompt::eval {
namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "relprompt evaluation 1";

std::string hash_of(std::string_view text) {
  Sha256 digest;
  digest.update(text);
  return digest.hex();
}

// The second line, after the first one has vouched for it.
std::string_view checked_body(std::string_view text, const std::string& source) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) damaged(source, "its first line has no end");
  const Json header = parse_json(text.substr(0, end), source);
  if (text_at(header, "format", source) != kFormat)
    damaged(source, fmt::format("its format is not \"{}\"", kFormat));
  const std::string_view body = text.substr(end + 1);
  if (text_at(header, "sha256", source) != hash_of(body))
    damaged(source, "its bytes do not match their SHA-256");
  return body;
}

// What is wrong with the numbers; empty if nothing is.
std::string contradiction(const Progress& progress, std::size_t classes, std::uint64_t images) {
  const std::uint64_t counted = progress.confusion.images();
  if (progress.confusion.classes() != classes) return "its counts are of another number of classes";
  if (progress.done > images) return fmt::format("{} of {} images are done", progress.done, images);
  if (progress.skipped.size() > progress.done || counted != progress.done - progress.skipped.size()) {
    return fmt::format("{} images counted and {} skipped are not the {} done", counted,
                       progress.skipped.size(), progress.done);
  }
  if (!progress.scores.empty() && progress.scores.size() != counted) {
    return fmt::format("{} scores for {} images counted", progress.scores.size(), counted);
  }
  return "";
}

}  // namespace

ProgressFile::ProgressFile(std::filesystem::path path, const ProtocolStatement& protocol,
                           const ClassList& classes, const std::vector<std::string>& images)
    : path_(std::move(path)),
      classes_(classes.size()),
      images_(images.size()),
      run_(identity_of(protocol, classes, images)) {}

std::optional<Progress> ProgressFile::load() const {
  std::error_code ignored;
  if (std::filesystem::status(path_, ignored).type() == std::filesystem::file_type::not_found)
    return std::nullopt;
  const std::string source = path_.string();
  const FileBytes file = read_file(path_);
  const Json body = parse_json(checked_body(file.text(), source), source);
  const std::string difference = first_difference(member(body, "run", source), run_);
  if (!difference.empty()) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{} belongs to another evaluation: {}", source, difference),
                "choose another output folder, or delete the file to start from the beginning");
  }
  Progress progress(classes_);
  progress.confusion = confusion_from_json(member(body, "confusion", source), source);
  progress.done = count_at(body, "done", source);
  progress.skipped = names_at(body, "skipped", source);
  for (const Json& score : array_at(body, "scores", source)) {
    progress.scores.push_back(image_score_from_json(score, source));
  }
  const std::string problem = contradiction(progress, classes_, images_);
  if (!problem.empty()) damaged(source, problem);
  return progress;
}

void ProgressFile::save(const Progress& progress) const {
  const std::string problem = contradiction(progress, classes_, images_);
  if (!problem.empty())
    throw Error(ErrorCode::kInternal, fmt::format("cannot save {}: {}", path_.string(), problem));
  Json scores = Json::array();
  for (const ImageScore& score : progress.scores) scores.push_back(to_json(score));
  const Json body = {{"run", run_},
                     {"done", progress.done},
                     {"confusion", to_json(progress.confusion)},
                     {"skipped", progress.skipped},
                     {"scores", std::move(scores)}};
  const std::string text = json_text(body) + "\n";
  const Json header = {{"format", kFormat}, {"sha256", hash_of(text)}};
  AtomicFile file(path_);
  file.write(header.dump() + "\n");
  file.write(text);
  file.commit();
}

}  // namespace relprompt::eval
