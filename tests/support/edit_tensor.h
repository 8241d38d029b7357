// Damaging one tensor of a safetensors file.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace relprompt::test {

/// Sends every number of an fp32 tensor through the function, in place.
void edit_tensor(const std::filesystem::path& file, const std::string& name,
                 const std::function<float(float)>& change);

}  // namespace relprompt::test
