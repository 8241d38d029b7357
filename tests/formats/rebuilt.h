// What the tests of all formats share: a format's files, and a label map made again of its masks.
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "relprompt/output.h"

#include "decoders.h"
#include "maps.h"

namespace relprompt::test {

/// A format's files, by name.
inline std::map<std::string, std::string> files_of(const std::string& format, const LabelMap& map,
                                                   std::size_t classes, const OutputOptions& options = {}) {
  const ImageResult result{"north/street.jpg", "north/street", map};
  std::map<std::string, std::string> files;
  for (auto& file : encode_output(format, result, numbered_classes(classes), options))
    files[file.name] = std::move(file.bytes);
  return files;
}

/// Puts a mask's label into a map that begins unknown everywhere; nothing may be put twice.
class Rebuilt {
 public:
  explicit Rebuilt(const LabelMap& like) : map_(like) {
    std::fill(map_.labels.begin(), map_.labels.end(), LabelMap::kUnknown);
  }

  void put(const Mask& mask, std::size_t label) {
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (!mask[i]) continue;
      EXPECT_EQ(map_.labels[i], LabelMap::kUnknown) << "pixel " << i << " is in two masks";
      map_.labels[i] = static_cast<std::uint16_t>(label);
    }
  }

  const std::vector<std::uint16_t>& labels() const { return map_.labels; }

 private:
  LabelMap map_;
};

inline std::size_t label_named(const std::string& name) {
  return std::stoul(name.substr(std::string("class ").size()));
}

}  // namespace relprompt::test
