// Content hashes (SHA-256) that name models and cached embeddings.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace relprompt {

/// SHA-256 over any number of pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(const void* data, std::size_t size);
  void update(std::string_view text) { update(text.data(), text.size()); }
  /// 64 lower-case hexadecimal digits; call once.
  std::string hex();
  /// The same of what came until now; more may come.
  std::string hex_so_far() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace relprompt
