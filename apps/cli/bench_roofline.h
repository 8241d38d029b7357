// The image of a benchmark: what each stage reaches beside what the machine allows.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "relprompt/benchmark.h"

#include "analysis/roofline.h"

namespace relprompt::cli {

/// The file that --roofline names, none for none. Throws Error(kBadArgument) unless it ends in .png or .svg,
/// so that nobody waits for a measurement in vain.
std::optional<std::filesystem::path> roofline_file(const std::string& argument);

/// What is drawn of a measurement with stages: no stage is above the ceiling.
analysis::Roofline roofline_of(const BenchmarkResult& result);

/// Throws Error(kBadArgument) for a measurement without stages (CUDA), kUnwritable.
void write_roofline(const BenchmarkResult& result, const std::filesystem::path& file);

}  // namespace relprompt::cli
