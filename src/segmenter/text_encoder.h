// Class names to text embeddings: cache first, tokenizer and text tower only for what is new.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "relprompt/classes.h"
#include "relprompt/segmenter.h"

#include "model/model_files.h"
#include "segmenter/class_embeddings.h"

namespace relprompt::segmenter {

struct EncodedClasses {
  ClassEmbeddings embeddings;
  bool tower_ran = false;  ///< false: everything came from the cache
};

/// Embeds every name of every class: mean over the templates of unit vectors, made unit length; several names
/// of a class are averaged the same way or kept apart (options.names). The text tower is loaded only
/// if the cache lacks a name, and dropped afterwards.
/// @param vocab tokenizer file or folder; empty: the model's own
/// Throws Error: kBadClassList, kBadTemplate, kTextTooLong, kBadVocabulary.
EncodedClasses encode_classes(const model::ModelFiles& model, const std::filesystem::path& vocab,
                              const ClassList& classes, const TextOptions& options);

/// The options with templates and the rule for names as the model has them where they are open.
TextOptions resolve(const TextOptions& options, const model::ModelConfig& config);

}  // namespace relprompt::segmenter
