#include "clip/load.h"

#include <map>

#include "relprompt/error.h"

#include "clip/weight_check.h"

namespace relprompt::clip {
namespace {

// Checking weights pages them in; so much of a mapped file may stay in memory until it is given back.
constexpr std::uint64_t kMostPaged = std::uint64_t{64} << 20;

void load(torch::nn::Module& module, const std::string& prefix, const std::vector<TensorRow>& rows,
          const TensorSource& source, bool own_memory, const std::string& unchecked = "") {
  const torch::NoGradGuard no_grad;
  std::map<std::string, const TensorRow*> by_name;
  for (const TensorRow& row : rows) by_name[row.name] = &row;
  std::uint64_t paged = 0;
  for (auto& parameter : module.named_parameters()) {
    const auto found = by_name.find(prefix + parameter.key());
    if (found == by_name.end())
      throw Error(ErrorCode::kInternal, "no table row for " + prefix + parameter.key());
    auto value = source.read(*found->second).to(torch::kFloat32);
    const bool later = !unchecked.empty() && found->first.compare(0, unchecked.size(), unchecked) == 0;
    if (!later) {
      check_weights(value, *found->second, source);
      paged += value.nbytes();
    }
    if (paged > kMostPaged) {
      source.archive().release_pages();
      paged = 0;
    }
    if (own_memory) value = value.clone();
    parameter.value().set_requires_grad(false);
    parameter.value().set_data(value);
  }
}

}  // namespace

void load_frozen(torch::nn::Module& module, const std::string& prefix, const std::vector<TensorRow>& rows,
                 const TensorSource& source) {
  load(module, prefix, rows, source, /*own_memory=*/false);
}

void load_frozen_but(const std::string& unchecked, torch::nn::Module& module, const std::string& prefix,
                     const std::vector<TensorRow>& rows, const TensorSource& source) {
  load(module, prefix, rows, source, /*own_memory=*/false, unchecked);
}

void load_trainable(torch::nn::Module& module, const std::string& prefix, const std::vector<TensorRow>& rows,
                    const TensorSource& source) {
  load(module, prefix, rows, source, /*own_memory=*/true);
}

}  // namespace relprompt::clip
