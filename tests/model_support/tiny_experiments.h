// A suite of experiments that runs in seconds: scenes of 32 pixels, two small towers, three updates a row.
#pragma once

#include <filesystem>
#include <string>

namespace relprompt::test {

/// Writes suite.yaml (`more` is YAML behind it), and the configs that it names: base.yaml and clip.yaml. Two
/// tables: "methods" with LPM only, RPN (both seeds 0 and 1) and the bare CLIP, and "loss", whose first row
/// is that RPN.
void write_tiny_experiments(const std::filesystem::path& folder, const std::string& more = "");

/// The same with a third table, "images", of LPM only (seed 0) and the bare CLIP in two regimes on the data
/// set `toy`, supervised and zero-shot; that set lies in `folder`/toy.
void write_image_experiments(const std::filesystem::path& folder);

}  // namespace relprompt::test
