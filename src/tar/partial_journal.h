// The lines of the journal beside an unfinished tar:
//
//   {"format":"relprompt tar 1","facts":"..."}
//   {"samples":64,"failed":1,"bytes":163840,"sha256":"...","failures":[...]}
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tar/partial_tar.h"

namespace relprompt::tar {

/// Longest journal that is read, some 200 bytes a group.
constexpr std::size_t kMaxJournalBytes = std::size_t{256} << 20;
/// So many bytes tell a journal.
constexpr std::size_t kMostStart = 64;

/// True for the first bytes of a journal, also one of which only some are there yet.
bool is_start_of_journal(std::string_view text);

/// With its line break. `facts`: what decides the bytes of the tar.
std::string first_line(const std::string& facts);
/// The first so many samples and bytes are on the device; `failures` are those since the line before.
std::string group_line(std::uint64_t samples, std::uint64_t failed, std::uint64_t bytes,
                       const std::string& sha256, const std::vector<FailedSample>& failures);

struct JournalState {
  bool fits = false;  ///< it is of these facts; nothing below is set otherwise
  std::uint64_t samples = 0, failed = 0, bytes = 0;
  std::string sha256;  ///< of the bytes; empty for none
  std::vector<FailedSample> failures;
  std::size_t whole = 0;  ///< bytes of the journal that count
};

/// Reads a journal up to the first line that no process writes, or that a kill cut off.
JournalState read_partial_journal(std::string_view text, const std::string& facts);

}  // namespace relprompt::tar
