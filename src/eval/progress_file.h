// An evaluation that can be interrupted: its counts on disk, replaced as a whole after every few images.
//
// Images are evaluated in the order of a fixed list (a worker's shard has its own list and its own file),
// so that a number says which are done. The file has two lines of JSON: {"format": "relprompt evaluation 1",
// "sha256": hash of the second line}, and {"run": identity_of(...), "done": number, "confusion":
// confusion_json.h, "skipped": [names], "scores": [image_scores.h]}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "relprompt/classes.h"

#include "eval/confusion.h"
#include "eval/image_scores.h"
#include "eval/protocol.h"

namespace relprompt::eval {

struct Progress {
  explicit Progress(std::size_t classes) : confusion(classes) {}

  ConfusionMatrix confusion;
  std::uint64_t done = 0;            ///< the first `done` images of the list, skipped ones included
  std::vector<std::string> skipped;  ///< images that could not be read, if the user chose to go on
  std::vector<ImageScore> scores;    ///< empty, or one for every image that was counted
};

class ProgressFile {
 public:
  /// Touches no disk. `images`: names of all images in the order in which they are evaluated.
  ProgressFile(std::filesystem::path path, const ProtocolStatement& protocol, const ClassList& classes,
               const std::vector<std::string>& images);

  /// What was saved; nullopt if there is no file. Throws Error: kUnreadable for a file that is damaged
  /// (deleting it starts anew, which is for the user to decide: hours may be in it); kBadArgument, naming the
  /// first difference, for one of another protocol, class list or image list.
  std::optional<Progress> load() const;

  /// Replaces the file (base/atomic_file.h): the older one stays if this fails. Throws Error: kNotWritable,
  /// kDiskFull; kInternal if the numbers of `progress` contradict each other.
  void save(const Progress& progress) const;

 private:
  std::filesystem::path path_;
  std::size_t classes_;
  std::uint64_t images_;
  nlohmann::json run_;
};

}  // namespace relprompt::eval
