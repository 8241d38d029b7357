#include "text/templates.h"

#include <system_error>

#include <fmt/format.h>

#include "relprompt/classes.h"
#include "relprompt/error.h"

#include "base/nearest_name.h"
#include "text/limits.h"
#include "text/lines.h"
#include "text/unicode.h"

namespace relprompt::text {
namespace {

constexpr std::string_view kGap = "{}";
constexpr std::size_t kMaxFile = std::size_t{1} << 20;  ///< bytes

std::size_t count_gaps(std::string_view sentence) {
  std::size_t gaps = 0;
  for (std::size_t at = sentence.find(kGap); at != std::string_view::npos; at = sentence.find(kGap, at + 2)) {
    ++gaps;
  }
  return gaps;
}

/// What is wrong with a template; empty if nothing is.
std::string problem_of(std::string_view sentence) {
  if (find_invalid_utf8(sentence) != std::string_view::npos) {
    return fmt::format("template {} is not valid UTF-8", excerpt(sentence));
  }
  if (sentence.size() > kMaxTemplateBytes) {
    return fmt::format("template {} has {} bytes; at most {} are read", excerpt(sentence), sentence.size(),
                       kMaxTemplateBytes);
  }
  const std::size_t gaps = count_gaps(sentence);
  if (gaps == 1) return "";
  return fmt::format("template {}: expected exactly one {{}} for the class name, found {}", excerpt(sentence),
                     gaps);
}

}  // namespace

const std::vector<std::string>& single_template() {
  static const std::vector<std::string> templates = {"a photo of a {}"};
  return templates;
}

const std::vector<std::string>& paper_templates() {
  static const std::vector<std::string> templates = {
      "A photo of a {}.",
      "A photo of a small {}.",
      "A photo of a medium {}.",
      "A photo of a large {}.",
      "This is a photo of a {}.",
      "This is a photo of a small {}.",
      "This is a photo of a medium {}.",
      "This is a photo of a large {}.",
      "A {} in the scene.",
      "A photo of a {} in the scene.",
      "There is a {} in the scene.",
      "There is the {} in the scene.",
      "This is a {} in the scene.",
      "This is the {} in the scene.",
      "This is one {} in the scene.",
  };
  return templates;
}

void check_template(std::string_view sentence) {
  const std::string problem = problem_of(sentence);
  if (!problem.empty()) throw Error(ErrorCode::kBadTemplate, problem);
}

std::vector<std::string> read_templates(const std::filesystem::path& path) {
  const std::string text = read_capped(path, kMaxFile, ErrorCode::kBadTemplate);
  std::vector<std::string> templates;
  for (const Line& line : content_lines(text)) {
    const std::string problem = templates.size() < kMaxTemplates
                                    ? problem_of(line.text)
                                    : fmt::format("more than {} templates", kMaxTemplates);
    if (!problem.empty()) {
      throw Error(ErrorCode::kBadTemplate,
                  fmt::format("{}, line {}: {}", path.string(), line.number, problem));
    }
    templates.emplace_back(line.text);
  }
  if (templates.empty()) {
    throw Error(ErrorCode::kBadTemplate, fmt::format("{}: no template", path.string()),
                "write one sentence a line, such as: a photo of a {}");
  }
  return templates;
}

std::vector<std::string> resolve_templates(std::string_view name_or_path) {
  if (name_or_path == "single") return single_template();
  if (name_or_path == "paper") return paper_templates();
  if (name_or_path == "imagenet") return imagenet_templates();
  std::error_code ignored;
  if (std::filesystem::exists(name_or_path, ignored)) return read_templates(name_or_path);
  throw Error(ErrorCode::kBadTemplate, fmt::format("no template set or file {}", excerpt(name_or_path)),
              fmt::format("the sets are single, paper and imagenet{}",
                          suggestion(name_or_path, {"single", "paper", "imagenet"})));
}

std::string fill(std::string_view sentence, std::string_view name) {
  std::string filled(sentence);
  const std::size_t gap = filled.find(kGap);
  if (gap == std::string::npos) check_template(sentence);
  return filled.replace(gap, kGap.size(), name);
}

}  // namespace relprompt::text

namespace relprompt {

std::vector<std::string> named_templates(std::string_view name_or_path) {
  return text::resolve_templates(name_or_path);
}

}  // namespace relprompt
