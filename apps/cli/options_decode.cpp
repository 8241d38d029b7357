#include "options_decode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "numbers.h"
#include "usage.h"

namespace relprompt::cli {
namespace {

// Larger limits are refused by the library as well.
constexpr double kMostPixels = 2147483647;

std::vector<double> numbers_of(const char* option, const std::string& text, const char* expected) {
  const auto numbers = decimal_list(text);
  if (numbers) return *numbers;
  throw Error(ErrorCode::kBadArgument, fmt::format("{} {}: expected {}", option, text, expected));
}

}  // namespace

void DecodeArguments::add_to(CLI::App& command) {
  const std::string group = "Images";
  command
      .add_option(
          "--bands", bands,
          "bands of the files that become red, green and blue, counted from 1, such as 4,3,2; one number "
          "for grey [default: the declared colours, else the first three]")
      ->option_text("R,G,B")
      ->group(group);
  command
      .add_option(
          "--range", range,
          "sample values that become black and white, such as 0,4095 [default: what a TIFF states, else "
          "all of the sample type]")
      ->option_text("MIN,MAX")
      ->group(group);
  command
      .add_option("--max-decoded-pixels", max_decoded_pixels,
                  "refuse files of more pixels before they are decoded [default: 100000000]")
      ->option_text("N")
      ->group(group)
      ->check(in_range(1, kMostPixels));
}

DecodeOptions DecodeArguments::resolve() const {
  DecodeOptions options;
  options.max_decoded_pixels = max_decoded_pixels;
  if (!bands.empty()) {
    constexpr const char* kExpected = "one or three band numbers from 1 between commas";
    for (const double number : numbers_of("--bands", bands, kExpected)) {
      const int band = number >= 1 && number <= 65535 ? static_cast<int>(number) : 0;
      if (band != number) {
        throw Error(ErrorCode::kBadArgument, fmt::format("--bands {}: expected {}", bands, kExpected));
      }
      options.bands.push_back(band);
    }
    if (options.bands.size() != 1 && options.bands.size() != 3) {
      throw Error(ErrorCode::kBadArgument, fmt::format("--bands {}: expected {}", bands, kExpected));
    }
  }
  if (!range.empty()) {
    constexpr const char* kExpected = "two numbers with a comma between, the second above the first";
    const auto ends = numbers_of("--range", range, kExpected);
    if (ends.size() != 2 || !(ends[1] > ends[0])) {
      throw Error(ErrorCode::kBadArgument, fmt::format("--range {}: expected {}", range, kExpected));
    }
    options.range = SampleRange{ends[0], ends[1]};
  }
  return options;
}

std::vector<std::string> DecodeArguments::changes() const {
  const DecodeOptions options = resolve();
  std::vector<std::string> changes;
  if (!options.bands.empty())
    changes.push_back(fmt::format("data.test.bands=[{}]", fmt::join(options.bands, ", ")));
  if (options.range) {
    changes.push_back(fmt::format("data.test.range=[{}, {}]", options.range->min, options.range->max));
  }
  if (options.max_decoded_pixels != kMaxDecodedPixels) {
    changes.push_back(fmt::format("data.test.max_pixels={}", options.max_decoded_pixels));
  }
  return changes;
}

}  // namespace relprompt::cli
