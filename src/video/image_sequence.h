// Frames that are images: those of a folder in the order of their names, or the numbered ones of a pattern.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/options.h"

#include "video/source.h"

namespace relprompt::video {

/// A pattern's parts: "frames/%06d.png" is "frames/", 6 and ".png".
struct NumberPattern {
  std::string before, after;
  int digits = 0;  ///< with leading zeros; 0: as many as a number has

  /// The number in a file's name; nullopt for another name.
  std::optional<std::uint64_t> number_in(const std::string& name) const;
};

/// nullopt for a text without "%d" or "%0Nd" in its last part.
std::optional<NumberPattern> number_pattern(const std::string& text);

/// The files of a pattern from the lowest number to the highest; an empty path where one is missing. Throws
/// Error: kNotFound (none), kUnreadable, kBadArgument for gaps of more than a million.
std::vector<std::filesystem::path> files_of(const NumberPattern& pattern);

class ImageSequence : public Source {
 public:
  /// The first image says the size: images of another one, missing ones and those that cannot be decoded are
  /// lost frames. Throws Error as read_image does if none of them can be decoded.
  ImageSequence(std::vector<std::filesystem::path> files, double fps, const DecodeOptions& decode);

  SourceFacts facts() const override { return facts_; }
  Next next(Frame& frame) override;

 private:
  std::vector<std::filesystem::path> files_;
  DecodeOptions decode_;
  SourceFacts facts_;
  std::size_t at_ = 0;
};

}  // namespace relprompt::video
