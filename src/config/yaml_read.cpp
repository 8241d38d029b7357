// The checks hang on the parser's events, so that nothing beyond a bound is ever built.
#include <algorithm>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "relprompt/error.h"

#include "config/yaml.h"
#include "config/yaml_scalar.h"
#include "text/unicode.h"

namespace relprompt::config {
namespace {

using Json = nlohmann::json;

// A key in one line has 1024 characters at most, and escapes make up to four of a byte.
constexpr std::size_t kMaxKeyBytes = 200;

[[noreturn]] void fail(const std::string& source, int line, const std::string& problem,
                       const std::string& hint = "") {
  throw Error(ErrorCode::kBadArgument, fmt::format("{}:{}: {}", source, line + 1, problem), hint);
}

/// Builds the value while the parser walks through the text.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const std::string& source) : source_(source) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) fail(source_, mark.line, "a second document; a config is one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check_plain(mark, "", anchor);
    if (awaits_key()) fail(source_, mark.line, "a key is missing");
    put(nullptr);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuse_alias(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_plain(mark, tag, anchor);
    check_text(mark, value);
    if (awaits_key()) return take_key(mark, value);
    constexpr const char* kQuoted = "!";
    Json typed = tag == kQuoted ? Json(value) : plain_value(value);
    if (typed.is_discarded()) {
      fail(source_, mark.line, fmt::format("{} is no number that a config can hold", text::excerpt(value)),
           "put it in quotes if it is meant as text");
    }
    put(std::move(typed));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Json::object());
  }
  void OnMapEnd() override { close(); }

  Json take() { return std::move(root_); }

 private:
  struct Level {
    Json value;
    std::string key;
    bool has_key = false;
  };

  [[noreturn]] void refuse_alias(const YAML::Mark& mark) const {
    fail(source_, mark.line, "anchors (&) and aliases (*) are not used in configs",
         "write the value where it is needed, or put text that starts so in quotes");
  }

  void check_plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) refuse_alias(mark);
    if (tag.empty() || tag == "?" || tag == "!") return;
    fail(source_, mark.line, "tags (!...) are not used in configs",
         "remove it, or put text that starts so in quotes");
  }

  /// The bytes of the file were checked, but escapes make others: the parser's \_ and \N give half a
  /// character.
  void check_text(const YAML::Mark& mark, const std::string& value) const {
    if (is_storable(value)) return;
    fail(source_, mark.line,
         fmt::format("{} is no UTF-8 text once its escapes are read, or holds a zero or a noncharacter",
                     text::excerpt(value)),
         "write \\u00A0 for \\_ and \\u0085 for \\N");
  }

  bool awaits_key() const {
    return !levels_.empty() && levels_.back().value.is_object() && !levels_.back().has_key;
  }

  void take_key(const YAML::Mark& mark, const std::string& key) {
    if (key.size() > kMaxKeyBytes) {
      fail(
          source_, mark.line,
          fmt::format("the key {} has {} bytes, more than {}", text::excerpt(key), key.size(), kMaxKeyBytes));
    }
    Level& level = levels_.back();
    if (level.value.contains(key)) {
      fail(source_, mark.line, fmt::format("the key {} occurs twice", text::excerpt(key)));
    }
    level.key = key;
    level.has_key = true;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Json empty) {
    check_plain(mark, tag, anchor);
    if (awaits_key())
      fail(source_, mark.line, "a list or a map where a key should be", "is a bracket left open?");
    if (levels_.size() >= kMaxYamlDepth) {
      fail(source_, mark.line, fmt::format("more than {} maps and lists inside each other", kMaxYamlDepth));
    }
    levels_.push_back({std::move(empty), "", false});
  }

  void close() {
    Json value = std::move(levels_.back().value);
    levels_.pop_back();
    put(std::move(value));
  }

  void put(Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = levels_.back();
    if (level.value.is_array()) {
      level.value.push_back(std::move(value));
      return;
    }
    level.value[level.key] = std::move(value);
    level.has_key = false;
  }

  const std::string& source_;
  int documents_ = 0;
  std::vector<Level> levels_;  ///< maps and lists that are open, outermost first
  Json root_;
};

void check_bytes(const std::string& text, const std::string& source) {
  if (text.size() > kMaxYamlBytes) {
    throw Error(ErrorCode::kBadArgument,
                fmt::format("{}: more than {} bytes; no config is that long", source, kMaxYamlBytes));
  }
  const auto strange = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
  const auto offset =
      std::min(text::find_invalid_utf8(text), static_cast<std::size_t>(strange - text.begin()));
  if (offset >= text.size()) return;
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
  fail(source, static_cast<int>(line), "a control character, or bytes that are no UTF-8",
       "a config is a text file");
}

}  // namespace

Json parse_yaml(const std::string& text, const std::string& source) {
  check_bytes(text, source);
  std::istringstream stream(text);
  Builder builder(source);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    fail(source, std::max(0, error.mark.line), "no valid YAML: " + error.msg);
  }
  return builder.take();
}

}  // namespace relprompt::config
