// Text of the formats: long lists of numbers as text at once, since a tree of JSON values takes ten times
// their size.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_sink.h"
#include "formats/rings.h"

namespace relprompt::formats {

using Json = nlohmann::ordered_json;  // keys in the order in which a reader wants them

/// The members of an object, without braces and on one line; what is no UTF-8 as base/json_output.h says.
std::string members(const Json& object);
/// A string in quotes.
std::string quoted(const std::string& text);

void append_number(std::string& text, std::uint64_t number);
/// Without a fraction where there is none, else up to 9 digits.
void append_number(std::string& text, double number);

/// Appends "[x,y,x,y]".
void append_flat(std::string& text, const Ring& ring);
/// Appends "[[x,y],[x,y]]", each times a factor; closed: with the first point again at the end.
void append_nested(std::string& text, const Ring& ring, double factor_x, double factor_y, bool closed);

/// Text on its way to a file: what is long goes there in pieces, so that memory never holds all of it.
class TextOutput {
 public:
  /// The sink must outlive it.
  explicit TextOutput(ByteSink& sink) : sink_(sink) {}

  /// Where the text is appended; pass_on() or finish() follows, or it goes nowhere.
  std::string& text() { return text_; }
  TextOutput& operator<<(std::string_view more) {
    text_ += more;
    return *this;
  }
  /// Hands on what is worth it.
  void pass_on() {
    if (text_.size() >= kPiece) finish();
  }
  void finish() {
    sink_.write(text_);
    text_.clear();
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{1} << 20;
  ByteSink& sink_;
  std::string text_;
};

}  // namespace relprompt::formats
