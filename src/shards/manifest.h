// A manifest: a file that lists the images of a run, one a line, for lists that are too long for a command
// line and for those that say more of an image than where it lies.
//
// Either every line is a path, or every line is a JSON object:
//   {"image": "north/0001.jpg", "id": "north/0001", "classes": ["road", "car;vehicle"], "seen": ["road"]}
// Only the image is needed. docs/reference/formats.md has the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "shards/shard.h"

namespace relprompt::shards {

struct ManifestImage {
  std::uint64_t at = 0;              ///< place in the manifest, from 0, over all shards
  std::uint64_t line = 0;            ///< from 1
  std::string image;                 ///< path
  std::string id;                    ///< what results are called; the image's stem where no other is given
  bool named = false;                ///< the line gives the id
  std::vector<std::string> classes;  ///< of this image alone; empty: those of the run
  std::vector<std::string> seen;     ///< titles, as --seen; empty: as the run
};

/// All ids of a list in their order: equal lists have equal summaries.
struct ListSummary {
  std::uint64_t images = 0;
  std::string sha256;  ///< over the length of each id in decimal, ":" and the id
};

struct Manifest {
  std::vector<ManifestImage> images;  ///< those of the shard, in the manifest's order
  ListSummary list;                   ///< of all shards
  std::string first;                  ///< path of the first image, whichever shard it falls to
};

/// Longest line of a manifest.
constexpr std::size_t kMaxManifestLine = std::size_t{1} << 20;

/// Reads a manifest, "-" being the standard input, in memory for one line, the shard's images and a number
/// for every other image. Throws Error: kNotFound; kUnreadable; kBadArgument, naming file, line, what was
/// expected and what was found, for a line that is neither, an id that is none (problem_of_id), an id that
/// another line has, and a manifest without images.
Manifest read_manifest(const std::string& file, const Shard& shard);

}  // namespace relprompt::shards
