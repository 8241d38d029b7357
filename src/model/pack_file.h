// A file of packed weights: what it is of, and blocks of bytes with a checksum each.
// docs/reference/formats.md describes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file_handle.h"
#include "base/mapped_file.h"
#include "kernels/pack_archive.h"

namespace relprompt::model {

/// What a pack is of.
struct PackOrigin {
  std::string parameters;  ///< how the weights were packed
  std::string sources;     ///< the files that they came from: a line each of base/file_identity.h
  std::string content;     ///< SHA-256 of the model's tensors
};

/// Where a block lies in the file.
struct PackBlock {
  std::uint64_t offset = 0, bytes = 0, check = 0;  ///< check: XXH3
};

/// Writes blocks as they come; what makes the file one is written last.
class PackWriter : public kernels::PackArchive {
 public:
  /// `file` is empty and open for writing; `origin` and it must outlive this.
  PackWriter(const FileHandle& file, const PackOrigin& origin);
  /// False, with errno, if anything could not be written.
  bool finish();

 protected:
  Block block(const Block& own, std::int64_t size) override;

 private:
  void append(const void* data, std::size_t size);

  const FileHandle& file_;
  std::string text_;
  std::vector<PackBlock> blocks_;
  std::uint64_t end_ = 0;
  bool whole_ = true;
  int problem_ = 0;  ///< errno of the first failure
};

/// A mapped file, of which every byte that counts was checked.
class PackFile {
 public:
  /// Looks at header, table and every block, on the threads of OpenMP. nullptr if anything is wrong;
  /// `problem` then says what.
  static std::shared_ptr<const PackFile> open(const FileHandle& file, const std::filesystem::path& path,
                                              std::string& problem);

  const PackOrigin& origin() const { return origin_; }
  const std::vector<PackBlock>& blocks() const { return blocks_; }
  const std::byte* data() const { return file_.data(); }

 private:
  PackFile(const FileHandle& file, const std::filesystem::path& path) : file_(file, path) {}
  bool read_header(std::string& problem);
  bool blocks_are_whole() const;

  MappedFile file_;
  PackOrigin origin_;
  std::vector<PackBlock> blocks_;
};

/// Gives the blocks of a file, one after the other. Throws Error(kInternal) where another size is asked for
/// than the next block has.
class PackReader : public kernels::PackArchive {
 public:
  explicit PackReader(std::shared_ptr<const PackFile> file) : file_(std::move(file)) {}

 protected:
  Block block(const Block& own, std::int64_t size) override;

 private:
  std::shared_ptr<const PackFile> file_;
  std::size_t next_ = 0;
};

}  // namespace relprompt::model
