#include "text/tokenizer_files.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>

#include "relprompt/error.h"

#include "text/lines.h"

namespace relprompt::text {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTextFile = std::size_t{64} << 20;  ///< bytes, inflated

[[noreturn]] void fail(const fs::path& file, const std::string& problem) {
  throw Error(ErrorCode::kBadVocabulary, fmt::format("{}: {}", file.string(), problem));
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_gzip(std::string_view bytes) {
  return bytes.substr(0, 2) == "\x1F\x8B";
}

std::string inflate_gzip(std::string_view packed, const fs::path& file) {
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
    throw Error(ErrorCode::kOutOfMemory, "zlib has no memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  std::array<char, 1 << 16> chunk{};
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(chunk.data(), chunk.size() - stream.avail_out);
    if (text.size() > kMaxTextFile) fail(file, fmt::format("more than {} bytes when unpacked", kMaxTextFile));
    if (status == Z_BUF_ERROR) fail(file, "the gzip data end early");
    if (status != Z_OK && status != Z_STREAM_END) fail(file, "damaged gzip data");
  }
  return text;
}

BpeSource read_merges(const fs::path& file, std::string_view text) {
  const fs::path vocab = file.parent_path() / "vocab.json";
  if (!is_file(vocab)) return parse_merges(text, file.string(), kClipMerges);
  BpeSource source = parse_merges(text, file.string(), kMaxMerges);
  source.ids =
      parse_vocab_json(read_capped(vocab, kMaxVocabJsonBytes, ErrorCode::kBadVocabulary), vocab.string());
  source.name = fmt::format("{} with {}", file.string(), vocab.string());
  return source;
}

BpeSource read_file(const fs::path& file) {
  if (file.filename() == "vocab.json") {
    const fs::path merges = file.parent_path() / "merges.txt";
    if (!is_file(merges)) fail(file, "there is no merges.txt beside it, which is needed too");
    return read_file(merges);
  }
  if (file.extension() == ".json") {
    const std::string text = read_capped(file, kMaxTokenizerJsonBytes, ErrorCode::kBadVocabulary);
    return parse_tokenizer_json(text, file.string());
  }
  const std::string bytes = read_capped(file, kMaxTextFile, ErrorCode::kBadVocabulary);
  if (!is_gzip(bytes)) return read_merges(file, bytes);
  return parse_merges(inflate_gzip(bytes, file), file.string(), kClipMerges);
}

}  // namespace

std::vector<fs::path> tokenizer_files(const fs::path& folder) {
  for (const char* name :
       {"merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt"}) {
    const fs::path file = folder / name;
    if (!is_file(file)) continue;
    const fs::path vocab = folder / "vocab.json";
    if (name == std::string_view("merges.txt") && is_file(vocab)) return {file, vocab};
    return {file};
  }
  return {};
}

BpeSource read_tokenizer_files(const fs::path& file_or_folder) {
  std::error_code ignored;
  if (!fs::is_directory(file_or_folder, ignored)) return read_file(file_or_folder);
  const std::vector<fs::path> files = tokenizer_files(file_or_folder);
  if (files.empty()) {
    throw Error(ErrorCode::kBadVocabulary, fmt::format("no tokenizer files in {}", file_or_folder.string()),
                "expected merges.txt, tokenizer.json or bpe_simple_vocab_16e6.txt.gz");
  }
  return read_file(files.front());
}

}  // namespace relprompt::text
