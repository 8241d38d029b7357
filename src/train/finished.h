// A finished run is not trained further: its learning rate has come to its end. Resuming one whose config was
// edited must say so instead of doing nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace relprompt::train {

/// Key of result.json that holds the hash of the settings that decided the result.
constexpr const char* kSettingsKey = "settings";

/// Text of a result.json. Throws Error(kBadArgument), naming the way out, if it was reached with other
/// settings than these (a result without the key, of an earlier version, is compared by its iterations
/// alone); kUnreadable, kBadModelConfig for a file that is no result.
std::string finished_result(const std::filesystem::path& result, const std::string& settings,
                            std::int64_t iterations);

/// How many iterations the finished run had; 0 if its result does not say. Throws what reading throws.
std::int64_t result_iterations(const std::filesystem::path& result);

}  // namespace relprompt::train
