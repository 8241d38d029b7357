// What the optional library librelprompt-tar offers: tars through libarchive. Both come from one build; the
// version in the table refuses any other pair. Nothing here throws but std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace relprompt::tar {

enum class MemberKind { kFile, kFolder, kLink, kSpecial };

/// A member as its header states it; nothing of that is checked.
struct Member {
  std::string name;
  MemberKind kind = MemberKind::kFile;
  std::uint64_t size = 0;  ///< bytes of its content
};

enum class ReadStatus {
  kOk,
  kEnd,       ///< the mark at the end of a tar came
  kNoMark,    ///< the bytes ended where a member may begin, without that mark
  kDamaged,   ///< words() says how
  kNoMemory,  ///< of libarchive
};

/// The members of one tar, in their order.
class MemberSource {
 public:
  virtual ~MemberSource() = default;
  /// The next member, whatever was read of the one before.
  virtual ReadStatus next(Member& member) = 0;
  /// The next bytes of its content: `got` is 0 at its end.
  virtual ReadStatus read(void* data, std::size_t size, std::size_t& got) = 0;
  /// Of libarchive, on kDamaged.
  virtual std::string words() const = 0;
};

/// Gives the next bytes of a stream, which stay until the next call. 0: its end; -1: it failed.
using ReadBytes = std::function<std::ptrdiff_t(const void** data)>;
/// Takes bytes; false if it failed.
using WriteBytes = std::function<bool(const void* data, std::size_t size)>;

enum class Packing { kNone, kGzip, kZstd };

struct TarTable {
  const char* version;  ///< RELPROMPT_VERSION of its build
  /// A tar, bare or packed by gzip or zstd, as its first bytes say. nullptr with `words` if libarchive
  /// refuses.
  std::unique_ptr<MemberSource> (*open)(ReadBytes read, std::string& words);
  /// Adds a file to the bytes of a tar, without the mark at its end: owner, time and mode are always the
  /// same. False with `words` if libarchive refuses.
  bool (*append)(std::string& tar, const std::string& name, std::string_view content, std::string& words);
  /// Packs a stream; the same bytes give the same bytes. False, with `words` if libarchive is the reason.
  bool (*pack)(Packing packing, const ReadBytes& read, const WriteBytes& write, std::string& words);
};

/// The name under which the library exports `const TarTable* f()`.
constexpr const char* kTarSymbol = "relprompt_tar";

}  // namespace relprompt::tar
