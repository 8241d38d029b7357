// The one reader of JSON: every text, whether from a file, from inside another file or from another process,
// passes these limits before anything is built of it. ctest `tooling/calls` refuses any other parser.
//
// It stands on the library's events, which take one step a value: the library's own way to look at values
// while they are parsed (a callback) walks the parent at the end of every object, and takes minutes for a
// list of 50,000.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "relprompt/error.h"

namespace relprompt {

/// Deepest nesting that is read. What we and others write needs at most ten levels. Copying, comparing and
/// printing a value recurse, at some hundred bytes of stack a level, so that 64 levels are far from any
/// stack's end.
constexpr std::size_t kMaxJsonDepth = 64;

/// What is accepted of one kind of text.
struct JsonRules {
  ErrorCode code = ErrorCode::kBadModelConfig;  ///< of every refusal
  std::size_t bytes = 1U << 20;                 ///< of the whole text; its value takes up to 30 times that
  std::size_t values = 1'000'000;               ///< all levels together, keys not counted
  std::size_t text_bytes = 1U << 20;            ///< of one string or key
  const char* hint = "";                        ///< what the user can do about a refusal
};

/// Receives a text piece by piece, in its order. Begin and end always match. Strings may be moved from.
class JsonVisitor {
 public:
  virtual ~JsonVisitor() = default;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  virtual void key(std::string& key) = 0;
  virtual void text(std::string& text) = 0;
  /// null, true, false or a number.
  virtual void scalar(const nlohmann::json& value) = 0;
};

/// Shows a whole text to the visitor. `source` names the text in messages. Throws Error(rules.code) for what
/// is no JSON, with line and byte, or beyond a limit; what the visitor throws comes out.
void walk_json(std::string_view text, const std::string& source, const JsonRules& rules,
               JsonVisitor& visitor);

/// The value of a whole text. Of keys that occur twice in an object the last counts. Throws as walk_json
/// does.
nlohmann::json read_json(std::string_view text, const std::string& source, const JsonRules& rules);

/// The value of a whole file. Its size is checked before it is read. Throws also Error(missing) if there is
/// no such file, and what base/read_file.h throws.
nlohmann::json read_json_file(const std::filesystem::path& path, const JsonRules& rules, ErrorCode missing);

/// The value of a text, or of a file, or a discarded value (is_discarded()) of one that is refused: for files
/// that may be anything.
nlohmann::json try_read_json(std::string_view text, const JsonRules& rules = {});
nlohmann::json try_read_json_file(const std::filesystem::path& path, const JsonRules& rules = {});

/// A text that this program has just written, keys in their order. Throws Error(kInternal).
nlohmann::ordered_json reread_json(std::string_view text);

}  // namespace relprompt
