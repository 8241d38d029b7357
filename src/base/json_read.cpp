// Limits are checked before a piece is handed on, so that nothing beyond them is ever built.
#include "base/json_read.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/read_file.h"

namespace relprompt {
namespace {

using Json = nlohmann::json;

// The library's code of its error for a number that no type holds.
constexpr int kNumberOutOfRange = 406;

/// What the library's parser calls; it goes on as long as it hears true.
class Guard {
 public:
  Guard(std::string_view whole, const std::string& source, const JsonRules& rules, JsonVisitor& visitor)
      : text_(whole), source_(source), rules_(rules), visitor_(visitor) {}

  bool null() { return scalar(nullptr); }
  bool boolean(bool value) { return scalar(value); }
  bool number_integer(Json::number_integer_t value) { return scalar(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return scalar(value); }
  bool number_float(Json::number_float_t value, const std::string& /*digits*/) { return scalar(value); }
  bool binary(Json::binary_t& /*value*/) { return false; }  // not in JSON

  bool string(std::string& value) {
    count();
    check_length(value);
    visitor_.text(value);
    return true;
  }
  bool key(std::string& value) {
    check_length(value);
    visitor_.key(value);
    return true;
  }
  bool start_object(std::size_t /*unknown*/) {
    descend();
    visitor_.begin_object();
    return true;
  }
  bool start_array(std::size_t /*unknown*/) {
    descend();
    visitor_.begin_array();
    return true;
  }
  bool end_object() {
    --depth_;
    visitor_.end_object();
    return true;
  }
  bool end_array() {
    --depth_;
    visitor_.end_array();
    return true;
  }

  // The library's own message quotes the text at any length, so only the place is kept.
  bool parse_error(std::size_t position, const std::string& /*token*/, const Json::exception& error) {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(position, text_.size()));
    const auto place = fmt::format("line {}, byte {}", 1 + std::count(text_.begin(), end, '\n'), position);
    refuse(error.id == kNumberOutOfRange ? fmt::format("a number out of range at {}", place)
                                         : fmt::format("not valid JSON at {}", place));
  }

  [[noreturn]] void refuse(const std::string& problem) const {
    throw Error(rules_.code, fmt::format("{}: {}", source_, problem), rules_.hint);
  }

 private:
  bool scalar(const Json& value) {
    count();
    visitor_.scalar(value);
    return true;
  }
  void count() {
    if (++values_ > rules_.values) {
      refuse(fmt::format("the JSON has too many values; at most {} are read", rules_.values));
    }
  }
  void descend() {
    count();
    if (++depth_ > kMaxJsonDepth)
      refuse(fmt::format("the JSON nests too deep, more than {} levels", kMaxJsonDepth));
  }
  void check_length(const std::string& value) const {
    if (value.size() <= rules_.text_bytes) return;
    refuse(
        fmt::format("a text of {} bytes in the JSON; at most {} are read", value.size(), rules_.text_bytes));
  }

  std::string_view text_;
  const std::string& source_;
  const JsonRules& rules_;
  JsonVisitor& visitor_;
  std::size_t depth_ = 0, values_ = 0;
};

/// Builds the value of what it is shown.
template <typename Value>
class Builder final : public JsonVisitor {
 public:
  void begin_object() override { open(Value::object()); }
  void end_object() override { open_.pop_back(); }
  void begin_array() override { open(Value::array()); }
  void end_array() override { open_.pop_back(); }
  void key(std::string& key) override { key_ = std::move(key); }
  void text(std::string& text) override { put(Value(std::move(text))); }
  void scalar(const Json& value) override {
    if (value.is_number_unsigned()) {
      put(value.get<Json::number_unsigned_t>());
    } else if (value.is_number_integer()) {
      put(value.get<Json::number_integer_t>());
    } else if (value.is_number_float()) {
      put(value.get<Json::number_float_t>());
    } else {
      put(value.is_boolean() ? Value(value.get<bool>()) : Value());
    }
  }

  Value take() { return std::move(root_); }

 private:
  /// Where the value lies now: places in containers that are open stay until these are closed.
  Value* put(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Value& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    Value& place = parent[key_];
    place = std::move(value);
    return &place;
  }
  void open(Value empty) { open_.push_back(put(std::move(empty))); }

  Value root_;
  std::vector<Value*> open_;  ///< objects and arrays, outermost first
  std::string key_;           ///< of the next value in an object
};

template <typename Value>
Value read_as(std::string_view text, const std::string& source, const JsonRules& rules) {
  Builder<Value> builder;
  walk_json(text, source, rules, builder);
  return builder.take();
}

void check_size(std::size_t bytes, const std::string& source, const JsonRules& rules) {
  if (bytes <= rules.bytes) return;
  throw Error(rules.code,
              fmt::format("{}: {} bytes of JSON; at most {} are read", source, bytes, rules.bytes),
              rules.hint);
}

}  // namespace

void walk_json(std::string_view text, const std::string& source, const JsonRules& rules,
               JsonVisitor& visitor) {
  check_size(text.size(), source, rules);
  Guard guard(text, source, rules, visitor);
  Json::sax_parse(text.begin(), text.end(), &guard);
}

Json read_json(std::string_view text, const std::string& source, const JsonRules& rules) {
  return read_as<Json>(text, source, rules);
}

Json read_json_file(const std::filesystem::path& path, const JsonRules& rules, ErrorCode missing) {
  return read_json(read_file(path, {rules.bytes, rules.code, missing, rules.hint}).text(), path.string(),
                   rules);
}

Json try_read_json(std::string_view text, const JsonRules& rules) try {
  return read_json(text, "JSON", rules);
} catch (const Error&) {
  return Json(Json::value_t::discarded);
}

Json try_read_json_file(const std::filesystem::path& path, const JsonRules& rules) try {
  return read_json_file(path, rules, ErrorCode::kNotFound);
} catch (const Error&) {
  return Json(Json::value_t::discarded);
}

nlohmann::ordered_json reread_json(std::string_view text) {
  constexpr std::size_t kAny = std::size_t{1} << 30;
  return read_as<nlohmann::ordered_json>(text, "JSON of our own", {ErrorCode::kInternal, kAny, kAny, kAny});
}

}  // namespace relprompt
