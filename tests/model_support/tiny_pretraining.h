// A pretraining run of seconds: two small towers, a few updates.
#pragma once

#include <string>

namespace relprompt::test {

/// A config for `relprompt pretrain`: 2 + 2 + 2 updates of 8 scenes of 32 pixels on one thread. `more` is
/// YAML behind it, such as "seed: 3\n".
std::string tiny_pretraining(const std::string& more = "");

}  // namespace relprompt::test
