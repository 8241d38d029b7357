// From a pickle's tree to a flat list of named tensors.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "archive/pickle_value.h"

namespace relprompt::archive {

struct NamedTensor {
  std::string name;
  std::size_t tensor = 0;  ///< index into PickleTree::tensors
};

/// The tensors under "state_dict", else under "model", else of the whole dict or TorchScript module. Keys and
/// attributes on the way are joined by '.'; names are otherwise as the file has them. Everything that is
/// no tensor, dict with text keys or module (numbers, texts, lists) is passed over. Sorted by name.
/// `source` names the file in messages.
/// Throws Error: kUnknownFormat (no dict and no module), kDuplicateName, kPickleMalformed (beyond caps).
std::vector<NamedTensor> flatten_state(const PickleTree& tree, const std::string& source);

}  // namespace relprompt::archive
