// JSON headers of untrusted files: the library's parser plus what it leaves open.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace relprompt::archive {

/// Longest JSON header or index that is read, as in the safetensors reference.
constexpr std::uint64_t kMaxJsonBytes = 100'000'000;

/// Parses a whole text. Beyond the syntax it refuses keys that occur twice in one object (of which the
/// library would silently keep one), more than a few levels of nesting and more than some million values.
/// `source` names the text in messages. Throws Error: kBadHeader, kDuplicateName.
nlohmann::json parse_json(std::string_view text, const std::string& source);

}  // namespace relprompt::archive
