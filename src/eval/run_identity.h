// What makes two evaluations the same one. Counts of an interrupted evaluation are only worth continuing if
// protocol, class list and list of images are what they were.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "relprompt/classes.h"

#include "eval/protocol.h"

namespace relprompt::eval {

/// The whole protocol, and the length and SHA-256 of class list and image list (names and their order).
nlohmann::json identity_of(const ProtocolStatement& protocol, const ClassList& classes,
                           const std::vector<std::string>& images);

/// The first thing in which `stored` differs from `wanted`, as "WHAT is OLD there and NEW here"; empty if
/// they are equal. `stored` may be any JSON.
std::string first_difference(const nlohmann::json& stored, const nlohmann::json& wanted);

}  // namespace relprompt::eval
