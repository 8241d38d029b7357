// Finding tokenizer files on disk and reading them, by what they are called: users have OpenAI's file, or the
// files of a Hugging Face download.
#pragma once

#include <filesystem>
#include <vector>

#include "text/bpe_source.h"

namespace relprompt::text {

/// The files of one tokenizer in a folder, empty if there is none. The first kind found of: merges.txt (with
/// vocab.json if that is there), tokenizer.json, bpe_simple_vocab_16e6.txt.gz, bpe_simple_vocab_16e6.txt.
/// Only these are needed to load it again, so they are what a model folder keeps.
std::vector<std::filesystem::path> tokenizer_files(const std::filesystem::path& folder);

/// Reads a tokenizer file or folder, gzip or plain. merges.txt takes its ids from a vocab.json beside it.
/// Throws Error(kBadVocabulary) that names the file and what is wrong.
BpeSource read_tokenizer_files(const std::filesystem::path& file_or_folder);

}  // namespace relprompt::text
