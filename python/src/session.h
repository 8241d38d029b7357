// What the model, the segmenter and the results of the extension module share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/options.h"
#include "relprompt/segmenter.h"

#include "compute_thread.h"

namespace relprompt::python {

/// An opened model, with what the user said about it.
struct OpenModel {
  std::string place;  ///< path or name, as given
  ModelOptions options;
  Model model;
};

/// A segmenter with its classes, and the thread that it computes on. Calls from several threads take turns.
struct Session {
  std::shared_ptr<const OpenModel> model;
  ClassList classes;
  TextOptions text;
  bool embedded = false;  ///< by ready-made embeddings: the classes' names are for people alone
  std::shared_ptr<Segmenter> segmenter;  ///< used on the thread alone
  ComputeThread thread;                  ///< last: it ends before what its jobs use
};

/// What was found in an image. It holds neither image nor model, because NumPy arrays that view its memory
/// keep it alive.
struct Found {
  Segmentation result;
  std::vector<std::uint16_t> scores;  ///< half precision [class, height, width]; empty if not asked for
};

}  // namespace relprompt::python
