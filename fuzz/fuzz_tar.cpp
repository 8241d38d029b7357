// Arbitrary bytes as what a WebDataset run meets: a word with braces, the journal of an unfinished tar, or
// the members of a tar. The first byte says which.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "check.h"
#include "tar/braces.h"
#include "tar/partial_journal.h"
#include "tar/sample_reader.h"

namespace {

using namespace relprompt;

bool is_refusal(ErrorCode code) {
  return code == ErrorCode::kBadArgument || code == ErrorCode::kUnreadable;
}

void expand(std::string_view text) {
  // A million words are within the limit, and too slow for a fuzzer.
  if (std::count(text.begin(), text.end(), '{') > 3 || text.size() > 64) return;
  const std::string word(text);
  const auto words = tar::expand_braces(word);
  fuzz::check(words.size() <= tar::kMaxWords);
  if (word.find('{') == std::string::npos) fuzz::check(words.size() == 1 && words.front() == word);
}

void read_journal(std::string_view text) {
  const std::string first = tar::first_line("facts");
  const std::string whole = first + std::string(text);
  const auto state = tar::read_partial_journal(whole, "facts");
  fuzz::check(state.fits && state.whole >= first.size() && state.whole <= whole.size());
  fuzz::check(state.failed <= state.samples && state.failures.size() <= tar::kMostListed);
  // What counts is a journal by itself, of the same content.
  const auto again = tar::read_partial_journal(std::string_view(whole).substr(0, state.whole), "facts");
  fuzz::check(again.whole == state.whole && again.samples == state.samples && again.bytes == state.bytes &&
              again.sha256 == state.sha256);
}

/// Lines "KSname": a kind, a size, a name.
class Lines : public tar::MemberSource {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  tar::ReadStatus next(tar::Member& member) override {
    if (text_.size() < 3) return text_.empty() ? tar::ReadStatus::kEnd : tar::ReadStatus::kNoMark;
    const auto kind = static_cast<unsigned char>(text_[0]);
    member.kind = kind < 4 ? static_cast<tar::MemberKind>(kind) : tar::MemberKind::kFile;
    const auto size = static_cast<unsigned char>(text_[1]);
    member.size = size < 250 ? size : std::uint64_t{1} << (size - 200);
    left_ = std::min<std::uint64_t>(member.size, 1000);
    text_.remove_prefix(2);
    const auto end = std::min(text_.find('\n'), text_.size());
    member.name = std::string(text_.substr(0, end));
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return tar::ReadStatus::kOk;
  }
  tar::ReadStatus read(void* data, std::size_t size, std::size_t& got) override {
    got = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
    std::fill_n(static_cast<char*>(data), got, 'x');
    left_ -= got;
    return tar::ReadStatus::kOk;
  }
  std::string words() const override { return "broken"; }

 private:
  std::string_view text_;
  std::uint64_t left_ = 0;
};

void read_samples(std::string_view text) {
  Lines lines(text);
  tar::SampleReader reader(
      lines, "a.tar", [](const std::string& extension) { return extension == "jpg" || extension == "png"; },
      [] { return std::uint64_t{1}; });
  std::set<std::string> keys;
  for (tar::Sample sample; reader.next(sample);) {
    fuzz::check(!sample.key.empty() && tar::problem_of_member(sample.key).empty());
    fuzz::check(sample.repeated == !keys.insert(sample.key).second);
    fuzz::check(sample.problem.empty() == !sample.image.empty());
    fuzz::check(sample.image.rfind(sample.key, 0) == 0 || sample.image.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  fuzz::allow_refusal(is_refusal, [&] {
    if (data[0] % 3 == 0) expand(text);
    if (data[0] % 3 == 1) read_journal(text);
    if (data[0] % 3 == 2) read_samples(text);
  });
  return 0;
}
