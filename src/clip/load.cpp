#include "clip/load.h"

#include <map>

#include "relprompt/error.h"

#include "clip/as_torch.h"
#include "model/weight_check.h"

namespace relprompt::clip {
namespace {

// Checking weights pages them in; so much of a mapped file may stay in memory until it is given back.
constexpr std::uint64_t kMostPaged = std::uint64_t{64} << 20;

void load(torch::nn::Module& module, const std::string& prefix, const std::vector<model::TensorRow>& rows,
          const model::TensorSource& source, bool own_memory) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, const model::TensorRow*> by_name;
  for (const model::TensorRow& row : rows) by_name[row.name] = &row;
  std::uint64_t paged = 0;
  for (auto& parameter : module.named_parameters()) {
    const auto found = by_name.find(prefix + parameter.key());
    if (found == by_name.end())
      throw Error(ErrorCode::kInternal, "no table row for " + prefix + parameter.key());
    const auto stored = to_fp32(source.read(*found->second));
    model::check_weights(stored, *found->second, source);
    auto value = as_torch(stored);
    paged += value.nbytes();
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

void load_frozen(torch::nn::Module& module, const std::string& prefix,
                 const std::vector<model::TensorRow>& rows, const model::TensorSource& source) {
  load(module, prefix, rows, source, /*own_memory=*/false);
}

void load_trainable(torch::nn::Module& module, const std::string& prefix,
                    const std::vector<model::TensorRow>& rows, const model::TensorSource& source) {
  load(module, prefix, rows, source, /*own_memory=*/true);
}

}  // namespace relprompt::clip
