// Reading back the JSON that this area writes. Such files lie on users' disks and travel between machines, so
// they are as untrusted as any other; what is wrong with one is always Error(kUnreadable).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace relprompt::eval {

/// Longest text that is read: the counts of kMaxPairClasses classes, all confused with all, fit.
constexpr std::size_t kMaxJsonBytes = std::size_t{256} << 20;

/// The value of a whole text, within limits (base/json_read.h).
nlohmann::json parse_json(std::string_view text, const std::string& source);

/// Throws Error(kUnreadable): "SOURCE is no file of ours or damaged: WHAT", and what to do.
[[noreturn]] void damaged(const std::string& source, const std::string& what);

/// A member of an object; `damaged` if it is absent or of another type or range. `source` is for messages.
const nlohmann::json& member(const nlohmann::json& object, const char* key, const std::string& source);
const nlohmann::json& array_at(const nlohmann::json& object, const char* key, const std::string& source);
const std::string& text_at(const nlohmann::json& object, const char* key, const std::string& source);
/// A name or a list of names, of files for instance, in their bytes (base/json_output.h).
std::string name_at(const nlohmann::json& object, const char* key, const std::string& source);
std::vector<std::string> names_at(const nlohmann::json& object, const char* key, const std::string& source);
std::uint64_t count_at(const nlohmann::json& object, const char* key, const std::string& source,
                       std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

}  // namespace relprompt::eval
