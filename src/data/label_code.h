// What the numbers in a data set's label files mean. One table for all 65536 stored values, so that every
// encoding is data and a pixel costs one look-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "image/label_files.h"

namespace relprompt::data {

class LabelCode {
 public:
  /// Stored value = label; 255 is ignored. At most 255 classes.
  static LabelCode as_stored(std::size_t classes);
  /// Stored value = label + 1; 0 and 255 are ignored. At most 254 classes.
  static LabelCode less_one(std::size_t classes);
  /// The same, but stored 0 is the background, kBackground, where `background` is true.
  static LabelCode less_one(std::size_t classes, bool background);
  /// Stored value = label in 16 bits; these values, all of them no class, are ignored.
  static LabelCode wide(std::size_t classes, const std::vector<std::uint16_t>& ignored);
  /// Stored value = label; ignored is 65535 in files of 16 bits and 255 in those of fewer.
  static LabelCode by_depth(std::size_t classes);
  /// Stored value = labels[position]; 255 is ignored, and so is no other value.
  static LabelCode listed(const std::vector<std::uint16_t>& stored_values);

  /// [stored value] its label, or kIgnore; values from meanings.size() on are strangers but for 255, which
  /// has its own. For encodings in which several values are one class. legal and ignored: in words.
  static LabelCode table(const std::vector<std::uint16_t>& meanings, std::uint16_t meaning_of_255,
                         const std::string& legal, const std::string& ignored);

  /// Pixels whose value means nothing.
  struct Strangers {
    std::uint64_t pixels = 0;
    std::uint16_t first_value = 0;
    int row = 0, column = 0;  ///< of the first one
  };

  /// Replaces stored values by labels; ignored pixels and strangers become kIgnore, and the background
  /// kBackground where it is not ignored.
  Strangers translate(image::StoredLabels& stored) const;

  /// What is legal, for messages, such as "0 to 10, or 255 for ignored".
  std::string legal() const { return classes_ + ", or " + ignored_ + " for ignored"; }
  /// Which stored values are ignored, in words, such as "0 or 255".
  const std::string& ignored() const noexcept { return ignored_; }

 private:
  LabelCode(std::string classes, std::string ignored);

  std::vector<std::int32_t> meaning_;  ///< [stored value] label, kIgnore, or kStranger
  bool byte_ignores_255_ = false;
  std::string classes_, ignored_;  ///< stored values in words
};

}  // namespace relprompt::data
