// The only names a pickle may mention. Nothing is ever imported or called: a name on the list selects one
// of our own constructions, any other name ends the reading.
#pragma once

#include <optional>
#include <string_view>

#include "archive/tensor_archive.h"

namespace relprompt::archive {

enum class GlobalKind {
  kRebuildTensor,     ///< torch._utils._rebuild_tensor_v2
  kRebuildParameter,  ///< torch._utils._rebuild_parameter: the tensor itself
  kStorage,           ///< torch.FloatStorage and its kin
  kSize,              ///< torch.Size: a tuple
  kOrderedDict,       ///< collections.OrderedDict
  kFirstArgument,     ///< TorchScript's type tags on lists and dicts: the value itself
  kRecord,            ///< a TorchScript class: attributes without behaviour
};

struct AllowedGlobal {
  GlobalKind kind = GlobalKind::kRecord;
  DType dtype = DType::kF32;  ///< of a storage
};

/// Throws Error: kPickleGlobal if the name is not on the list, kUnsupportedDtype for a torch storage of a
/// number type this project does not read.
AllowedGlobal allowed_global(std::string_view module, std::string_view name);

}  // namespace relprompt::archive
