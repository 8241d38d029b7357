// Parts of a suite that stand at several places of its file: settings, lists, worlds and CLIPs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "relprompt/error.h"

#include "base/json_fields.h"
#include "experiments/suite.h"

namespace relprompt::experiments {

constexpr double kLeastRate = 1e-9, kMostRate = 10;  ///< of optimizer.rate

[[noreturn]] inline void refuse(const std::string& problem, const std::string& hint = "") {
  throw Error(ErrorCode::kBadArgument, problem, hint);
}

/// A path of the suite `file`, which is relative to its folder; empty for no name.
std::filesystem::path beside(const std::filesystem::path& file, const std::string& name);

/// The section `set` of an object as assignments. {model: {m2oe: {rank: 6}}} is {model.m2oe.rank: 6}.
std::vector<std::string> read_changes(JsonFields& fields, const nlohmann::json& object);

/// A list of any values; empty if the key is absent. `where` is for messages.
const nlohmann::json& read_list(JsonFields& fields, const nlohmann::json& object, const char* key,
                                const std::string& where);

/// Numbers from `low` to `high`, each above the one before; empty if the key is absent.
/// Throws Error(kBadArgument).
std::vector<double> read_ascending(JsonFields& fields, const char* key, double low, double high,
                                   const std::string& where);

/// `object` is what `fields` reads. Throws Error(kBadArgument) for values without groups or the reverse, and
/// a key that occurs twice.
RateChoice read_rates(JsonFields fields, const nlohmann::json& object, const std::string& where);

/// Throws Error(kBadArgument) for a text without numbers or the reverse.
Conclusion read_conclusion(JsonFields fields, const std::string& where);

/// The section `pace`: what images cost on a stated machine.
void read_pace(JsonFields& fields, Suite& suite);

/// A row's `reference`: the hIoU, or a map of scores.
PaperScores read_reference(JsonFields& fields, const nlohmann::json& object);

/// Changes what the section names. Throws Error(kBadArgument), as read_clip does.
void read_world(JsonFields fields, WorldSpec& world, const std::string& where);

/// `file` is the suite's, `object` what `fields` reads.
void read_clip(JsonFields fields, const std::filesystem::path& file, const nlohmann::json& object,
               ClipSpec& clip, const std::string& where);

}  // namespace relprompt::experiments
