// Arbitrary bytes as text for a tiny tokenizer, and as tokenizer files. A file may be refused with an Error
// only; one that is accepted must then encode.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "relprompt/error.h"

#include "check.h"
#include "text/clean.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

namespace {

using relprompt::fuzz::check;
using relprompt::text::BpeSource;
using relprompt::text::Tokenizer;

constexpr std::string_view kSample = "Cats &amp; dogs, it\u2019s 3 caf\u00E9s";

void encode_with(const Tokenizer& tokenizer, std::string_view text) {
  for (const std::int32_t id : tokenizer.encode(text)) check(id >= 0 && id < tokenizer.vocab_size());
  const std::vector<std::int32_t> row = tokenizer.tokens(text, 16, true);
  check(row.size() == 16 && row.front() == tokenizer.start_token());
}

template <typename Parse>
void try_source(const Parse& parse) {
  relprompt::fuzz::allow_refusal(
      [](relprompt::ErrorCode code) { return code == relprompt::ErrorCode::kBadVocabulary; },
      [&] { encode_with(Tokenizer(parse()), kSample); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace relprompt::text;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const Tokenizer tiny(
      parse_merges("a a\naa aa\nc a\nca t</w>\nd o\ndo g</w>\ni n\ni n</w>\n", "tiny", kMaxMerges));
  encode_with(tiny, bytes);
  check(find_invalid_utf8(clean(bytes)) == std::string_view::npos);
  try_source([&] { return parse_merges(bytes, "fuzz", kClipMerges); });
  try_source([&] { return parse_tokenizer_json(bytes, "fuzz"); });
  try_source([&] {
    BpeSource source = parse_merges("c a\n", "fuzz", kMaxMerges);
    source.ids = parse_vocab_json(bytes, "fuzz");
    return source;
  });
  return 0;
}
