// Numbers as people read them. Independent of the locale, so that logs of two machines compare.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace relprompt::cli {

/// 2522880 -> "2,522,880".
std::string with_separators(std::uint64_t number);
/// 1 -> "1 image", 1200 -> "1,200 images".
std::string counted(std::uint64_t number, const std::string& noun);
/// Bytes in decimal units: "598.6 MB".
std::string file_size(std::uint64_t bytes);
/// The number that the whole text is: "0.3", "1e-3"; nothing else, and no NaN.
std::optional<double> decimal_number(const std::string& text);
/// The same without a fraction.
std::optional<std::int64_t> whole_number(const std::string& text);
/// The numbers between commas, blanks before them allowed: "0.5,0.75, 1". Nothing for any other text.
std::optional<std::vector<double>> decimal_list(const std::string& text);
/// "0.42 s", "12 s", "3 min 05 s", "2 h 10 min".
std::string duration(double seconds);

}  // namespace relprompt::cli
