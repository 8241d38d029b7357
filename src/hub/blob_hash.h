// Whether a blob's bytes are those that its name promises. The hub names large files (Git LFS) by their
// SHA-256 and small ones as Git does: SHA-1 over "blob SIZE", a zero byte and the content.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace relprompt::hub {

class BlobHash {
 public:
  /// @param size  of the whole file, which Git's hash begins with
  BlobHash(const std::string& etag, std::uint64_t size);
  ~BlobHash();
  void update(const void* data, std::size_t size);

  /// "" if the bytes are the blob's, or its name is no hash that is known; else what their hash is. Call
  /// once.
  std::string difference();
  /// False for a name that is no known hash.
  bool known() const { return kind_ != Kind::kNone; }

 private:
  enum class Kind { kNone, kSha256, kGit };
  struct State;
  std::string etag_;
  Kind kind_;
  std::unique_ptr<State> state_;
};

}  // namespace relprompt::hub
