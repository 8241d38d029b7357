#include "tar/sample_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "relprompt/error.h"

#include "base/printable.h"

namespace relprompt::tar {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18;
constexpr std::uint64_t kHeaderBytes = 512;
constexpr std::size_t kShown = 8;  // extensions in a message

std::string some_of(const std::vector<std::string>& words) {
  const auto end = words.begin() + static_cast<std::ptrdiff_t>(std::min(words.size(), kShown));
  return printable(
      fmt::format("{}{}", fmt::join(words.begin(), end, ", "),
                  words.size() > kShown ? fmt::format(" and {} more", words.size() - kShown) : ""));
}

}  // namespace

SampleReader::SampleReader(MemberSource& source, std::string tar, IsImage is_image,
                           std::function<std::uint64_t()> taken)
    : source_(source),
      tar_(std::move(tar)),
      is_image_(std::move(is_image)),
      taken_(std::move(taken)),
      waste_(kBlock) {}

bool SampleReader::next(Sample& sample, bool keep) {
  if (!waiting_ && !next_member()) return false;
  start(sample);
  do {
    take_member(sample, keep);
    waiting_ = false;
  } while (next_member() && name_.key == sample.key);
  if (sample.problem.empty() && sample.image.empty())
    sample.problem = fmt::format("it has no image (its members: {})", some_of(listed_));
  if (sample.repeated)
    sample.problem = "its members do not stand together (tar --sort=name makes shards in which they do)";
  if (!sample.problem.empty()) {
    sample.image.clear();
    sample.bytes = {};
  }
  return true;
}

/// The next member that is of a sample; `waiting_` says whether there is one.
bool SampleReader::next_member() {
  waiting_ = false;
  while (!ended_) {
    Member member;
    const ReadStatus status = source_.next(member);
    ended_ = status == ReadStatus::kEnd;
    if (ended_) return false;
    if (status != ReadStatus::kOk) damaged(status);
    member_ = std::move(member);
    note_unpacked(kHeaderBytes);
    check(member_);
    const auto name = split_member(member_.name);
    if (member_.kind == MemberKind::kFile && name) {
      name_ = *name;
      waiting_ = true;
      return true;
    }
    skip_content();
  }
  return false;
}

void SampleReader::check(const Member& member) const {
  const auto problem = problem_of_member(member.name);
  if (!problem.empty())
    refuse(fmt::format("expected names inside the tar, found one that {}: \"{}\"", problem,
                       printable(member.name.substr(0, 200))));
  if (member.kind == MemberKind::kLink || member.kind == MemberKind::kSpecial) {
    refuse(
        fmt::format("expected files, found {}: \"{}\"",
                    member.kind == MemberKind::kLink ? "a link" : "a device or pipe", printable(member.name)),
        "tar --dereference --hard-dereference stores what links lead to");
  }
  if (member.size > kMaxMemberBytes) {
    refuse(fmt::format("expected members of at most {} bytes, found one of {}: \"{}\"", kMaxMemberBytes,
                       member.size, printable(member.name)));
  }
}

void SampleReader::start(Sample& sample) {
  sample = {};
  sample.key = name_.key;
  sample.repeated = !keys_.insert(name_.key).second;
  if (keys_.size() > kMaxSamples) refuse(fmt::format("expected at most {} samples, found more", kMaxSamples));
  extension_.clear();
  extensions_.clear();
  listed_.clear();
}

void SampleReader::take_member(Sample& sample, bool keep) {
  if (extensions_.size() >= kMaxSampleMembers)
    refuse(fmt::format("expected at most {} members of a sample, found more: \"{}\"", kMaxSampleMembers,
                       printable(sample.key)));
  const bool is_new = extensions_.insert(name_.extension).second;
  listed_.push_back(name_.extension);
  if (!is_image_(name_.extension)) return skip_content();
  if (!extension_.empty() || !is_new) {
    if (sample.problem.empty()) {
      sample.problem =
          fmt::format("it has several images ({}, {})", printable(extension_), printable(name_.extension));
    }
    return skip_content();
  }
  extension_ = name_.extension;
  read_image(sample, keep);
}

void SampleReader::read_image(Sample& sample, bool keep) {
  sample.image = member_.name;
  if (member_.size > kMaxImageBytes) {
    sample.too_large = true;
    sample.problem = fmt::format("its image has {} bytes, more than {}", member_.size, kMaxImageBytes);
  }
  if (!keep || sample.too_large) return skip_content();
  // Grows with what comes, not by what the header claims.
  while (true) {
    const std::size_t before = sample.bytes.size();
    sample.bytes.resize(before + kBlock);
    const std::size_t got = read_some(sample.bytes.data() + before, kBlock);
    sample.bytes.resize(before + got);
    if (got == 0) return;
    if (sample.bytes.size() > kMaxImageBytes) refuse("a member is larger than its header says");
  }
}

void SampleReader::skip_content() {
  while (read_some(waste_.data(), waste_.size()) > 0) {
  }
}

std::size_t SampleReader::read_some(void* data, std::size_t size) {
  std::size_t got = 0;
  const ReadStatus status = source_.read(data, size, got);
  if (status != ReadStatus::kOk) damaged(status);
  note_unpacked(got);
  return got;
}

void SampleReader::note_unpacked(std::uint64_t bytes) {
  unpacked_ += bytes;
  if (unpacked_ <= kFreeBytes || unpacked_ - kFreeBytes <= kMaxRatio * taken_()) return;
  refuse(
      fmt::format("expected at most {} times the bytes of the file, found more: it unpacks to over {} bytes",
                  kMaxRatio, unpacked_),
      "if that is right, unpack the tar first");
}

void SampleReader::refuse(const std::string& what, const std::string& advice) const {
  throw Error(ErrorCode::kUnreadable, fmt::format("{}: {}", tar_, what), advice);
}

void SampleReader::damaged(ReadStatus status) const {
  if (status == ReadStatus::kNoMemory)
    throw Error(ErrorCode::kOutOfMemory, fmt::format("not enough memory to read {}", tar_));
  const std::string after = member_.name.empty()
                                ? "at its start"
                                : fmt::format("after \"{}\"", printable(member_.name.substr(0, 200)));
  if (status == ReadStatus::kNoMark) {
    refuse(fmt::format("it ends {} without the zeros that end a tar", after),
           "it was probably cut off: copy it again");
  }
  refuse(fmt::format("it is damaged, ends early or is no tar, {}: {}", after, printable(source_.words())));
}

}  // namespace relprompt::tar
