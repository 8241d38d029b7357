// What the pickle opcodes that would call Python code mean here: a few constructions of our own, on data.
#pragma once

#include "archive/pickle_value.h"

namespace relprompt::archive {

// All four throw Error with kPickleMalformed if the operands do not have the form that PyTorch writes; the
// caller adds the file and the place.

/// GLOBAL: a name on the allow-list. Throws also kPickleGlobal and kUnsupportedDtype.
ValueId make_global(PickleTree& tree, std::string_view module, std::string_view name);

/// BINPERSID: ("storage", storage type, key, device, number of elements). The device is ignored.
ValueId make_storage(PickleTree& tree, ValueId persistent_id);

/// REDUCE and NEWOBJ: `callable` applied to a tuple of arguments.
/// Throws also kShapeOverflow and kBadOffsets for a tensor with negative sizes, offsets or strides.
ValueId apply(PickleTree& tree, ValueId callable, ValueId arguments);

/// BUILD: the attributes of a record. State put on an OrderedDict (a state dict's _metadata) is dropped.
void set_state(PickleTree& tree, ValueId object, ValueId state);

}  // namespace relprompt::archive
