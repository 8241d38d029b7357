// Prompt templates: sentences with a gap for the class name ("a photo of a {}").
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace relprompt::text {

constexpr std::size_t kMaxTemplates = 1000;

/// The one template of the quick protocol: "a photo of a {}".
const std::vector<std::string>& single_template();

/// The paper's 15 templates, those of ZegCLIP.
const std::vector<std::string>& paper_templates();

/// OpenAI's 80 templates for ImageNet.
const std::vector<std::string>& imagenet_templates();

/// Throws Error(kBadTemplate) unless the template has exactly one "{}" and is valid UTF-8.
void check_template(std::string_view sentence);

/// One template a line; '#' comments and empty lines are skipped. Throws Error(kBadTemplate) with file and
/// line: a bad template, none at all, more than kMaxTemplates, or the file cannot be read.
std::vector<std::string> read_templates(const std::filesystem::path& path);

/// "single", "paper", "imagenet", or the path of a file. Throws Error(kBadTemplate).
std::vector<std::string> resolve_templates(std::string_view name_or_path);

/// The template with the name in its gap. The template must be a checked one.
std::string fill(std::string_view sentence, std::string_view name);

}  // namespace relprompt::text
