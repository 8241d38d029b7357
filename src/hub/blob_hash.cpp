#include "hub/blob_hash.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "relprompt/error.h"

namespace relprompt::hub {

struct BlobHash::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

BlobHash::BlobHash(const std::string& etag, std::uint64_t size)
    : etag_(etag), kind_(Kind::kNone), state_(std::make_unique<State>()) {
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (std::all_of(etag.begin(), etag.end(), digit)) {
    if (etag.size() == 64) kind_ = Kind::kSha256;
    if (etag.size() == 40) kind_ = Kind::kGit;
  }
  if (kind_ == Kind::kNone) return;
  const auto* method = kind_ == Kind::kSha256 ? EVP_sha256() : EVP_sha1();
  if (EVP_DigestInit_ex(state_->context, method, nullptr) != 1)
    throw Error(ErrorCode::kInternal, "OpenSSL offers no SHA");
  if (kind_ == Kind::kGit) {
    const auto start = fmt::format("blob {}", size);
    update(start.c_str(), start.size() + 1);
  }
}

BlobHash::~BlobHash() = default;

void BlobHash::update(const void* data, std::size_t size) {
  if (known()) EVP_DigestUpdate(state_->context, data, size);
}

std::string BlobHash::difference() {
  if (!known()) return "";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &length);
  std::string found;
  for (unsigned int i = 0; i < length; ++i) found += fmt::format("{:02x}", digest[i]);
  return found == etag_ ? "" : found;
}

}  // namespace relprompt::hub
