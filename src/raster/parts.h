// Finished blocks of a raster on disk until the result is put together: what a killed run goes on from, and
// what shards hand over. docs/reference/formats.md describes the files.
//
//   labels.tif.parts/0-of-4.jsonl   a line for what all blocks share, then one for every finished block
//   labels.tif.parts/0-of-4.blocks  their labels, compressed, one after the other
//   labels.tif.parts/0-of-4.scores  their scores, if those are kept
//
// A block's bytes are on the device before its line is, so a line that is whole speaks the truth.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relprompt/blocks.h"

#include "base/file_handle.h"
#include "shards/shard.h"

namespace relprompt::raster {

using Json = nlohmann::ordered_json;

/// Where the bytes of a block lie in a file, compressed with zlib. bytes 0: there are none.
struct Place {
  std::uint64_t offset = 0, bytes = 0;
  std::uint32_t crc = 0;  ///< CRC-32 of the compressed bytes
};

/// What a finished block is. One without any data has no bytes.
struct BlockRecord {
  std::int64_t block = 0;
  Place labels, scores;
  std::map<std::uint32_t, std::uint64_t> pixels;  ///< by label
  std::uint64_t unknown = 0, nodata = 0;          ///< pixels

  bool has_data() const { return labels.bytes > 0; }
};

/// Blocks of a raster, numbered row by row as those of BlockSegmenter.
struct BlockPlan {
  std::int64_t height = 0, width = 0;  ///< of the raster
  int side = 0;

  std::int64_t across() const { return (width + side - 1) / side; }
  std::int64_t count() const { return (height + side - 1) / side * across(); }
  Rectangle block(std::int64_t index) const;
};

/// The blocks that a shard works on: [begin, end), neighbours, so that little is computed twice.
std::pair<std::int64_t, std::int64_t> blocks_of(const shards::Shard& shard, std::int64_t count);

/// "labels.tif" -> "labels.tif.parts"
std::filesystem::path parts_folder(const std::filesystem::path& output);

/// What one journal says.
struct PartJournal {
  std::filesystem::path path;
  shards::Shard shard;
  Json facts;
  std::map<std::int64_t, BlockRecord> blocks;
  std::uint64_t good_bytes = 0;  ///< of the journal, up to the end of its last whole line
  bool ended = false;
};

/// Reads a journal. A last line without its end counts as
/// not written. Throws Error: kNotFound; kUnreadable for lines that no run writes.
PartJournal read_part(const std::filesystem::path& path);

/// The journals in a folder of parts. Throws Error: kNotFound if there is none, as read_part, kUnreadable if
/// they are of different counts.
std::vector<PartJournal> parts_in(const std::filesystem::path& folder);

class PartWriter {
 public:
  /// Opens the files of this shard and locks them until this object dies or its process does. With `resume`,
  /// blocks of a run with the same facts stay; else the files begin anew. Throws Error: kLostWorker if
  /// another process holds the lock; kBadArgument if other facts are to be resumed, naming them, or the
  /// folder holds parts of another division; kNotWritable for files that are not ours; kDiskFull.
  PartWriter(const std::filesystem::path& folder, const shards::Shard& shard, const Json& facts, bool resume,
             bool scores);

  const PartJournal& journal() const { return journal_; }
  bool done(std::int64_t block) const { return journal_.blocks.count(block) > 0; }
  /// Takes a finished block; its places are filled in. labels and scores: uncompressed bytes, empty: none.
  /// On the device when this returns, unless it has no bytes.
  void add(BlockRecord record, const std::string& labels, const std::string& scores);
  /// All blocks are done.
  void end();
  /// Removes the files, and the folder if nothing else is in it.
  void remove();

 private:
  void check_resumable(const Json& facts) const;
  Place append(const FileHandle& file, const std::filesystem::path& path, const std::string& bytes);

  std::filesystem::path folder_, labels_path_, scores_path_;
  FileHandle lock_, labels_, scores_;
  PartJournal journal_;
};

/// Reads the bytes of blocks back.
class PartReader {
 public:
  explicit PartReader(const PartJournal& journal);
  /// Uncompressed, exactly `size` bytes. Throws Error(kUnreadable) for what is damaged.
  std::string labels(const BlockRecord& record, std::size_t size) const;
  std::string scores(const BlockRecord& record, std::size_t size) const;

 private:
  std::filesystem::path labels_path_, scores_path_;
  FileHandle labels_, scores_;
};

}  // namespace relprompt::raster
