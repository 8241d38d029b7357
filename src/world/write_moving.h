// A moving scene as files: what `relprompt video DIR/frames --truth DIR/truth` reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "world/moving_scene.h"

namespace relprompt::world {

/// Called after each frame with how many are written. False: write no more.
using FrameProgress = std::function<bool(std::uint64_t written)>;

/// Writes frames/000001.png, ..., truth/ alike and classes.txt. Frames are made anew; what relprompt wrote
/// before is replaced. Returns how many were written. Throws Error: as check(options), kNotWritable,
/// kDiskFull.
std::uint64_t write_moving(const std::filesystem::path& folder, std::uint64_t seed,
                           const MotionOptions& options, std::uint64_t frames,
                           const FrameProgress& progress = {});

}  // namespace relprompt::world
