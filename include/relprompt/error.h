// The one exception type of the project and its closed list of codes.
//
// A failure mode exists only if it has a code here, a message that a user can act on, and a test that
// triggers it. The code decides the exit status of the command line (exit_status below).
#pragma once

#include <stdexcept>
#include <string>

#include "relprompt/export.h"

namespace relprompt {

enum class ErrorCode {
  // Exit status 2: something wrong on the command line or in a config.
  kBadArgument,    ///< a flag or value that is unknown, malformed or out of range
  kBadClassList,   ///< empty class list, empty name, duplicate class
  kBadVocabulary,  ///< unknown built-in class vocabulary, or tokenizer files that are missing or malformed
  kBadTemplate,    ///< a prompt template without exactly one {}
  kTextTooLong,    ///< more tokens than the text tower's context
  // Exit status 3: an image, data set or output path.
  kNotFound,        ///< the path does not exist
  kUnreadable,      ///< it exists but cannot be opened or read
  kNotAnImage,      ///< the content is no image of a supported format
  kTruncatedImage,  ///< the image ends early or is corrupt inside
  kImageTooLarge,   ///< more pixels than allowed
  kNotWritable,     ///< an output path that cannot be created or written
  kDiskFull,        ///< no space left while writing
  // Exit status 4: a model or checkpoint file.
  kModelNotFound,     ///< no model at that path
  kUnknownFormat,     ///< the file is of no supported checkpoint format
  kTruncatedArchive,  ///< the file ends before what its header promises
  kBadHeader,         ///< a header, directory or index that cannot be parsed
  kBadOffsets,        ///< a tensor's bytes lie outside the file or do not match its shape
  kOverlap,           ///< two tensors claim the same bytes, or bytes belong to no tensor
  kShapeOverflow,     ///< a shape whose product overflows or is negative
  kUnsupportedDtype,  ///< a number type this project does not read
  kDuplicateName,     ///< two tensors or entries of one name
  kZipBomb,           ///< decompressed size beyond the caps
  kBadZip,            ///< a damaged zip container, encrypted or of an unsupported method
  kPickleOpcode,      ///< a pickle opcode outside the allow-list
  kPickleGlobal,      ///< a pickle that names a class or function outside the allow-list
  kPickleMalformed,   ///< a pickle that underflows its stack, ends early or nests too deep
  kLegacyPickle,      ///< PyTorch's pre-1.6 format, which is not a zip file
  kTensorMismatch,    ///< missing, unexpected or misshapen tensors
  kWrongHash,         ///< a downloaded file whose hash is not the one that the hub states
  kBadModelConfig,    ///< a config.json that is malformed or contradicts the tensors
  // Exit status 5: device or runtime.
  kNoDevice,     ///< the requested device does not exist here
  kOutOfMemory,  ///< the device or host has not enough memory
  kNoNetwork,    ///< a hub that cannot be reached or fails, or the network is not allowed
  kLostWorker,   ///< another worker ended or does not answer
  kCancelled,    ///< the caller asked for the work to stop
  kDiverged,     ///< training reached a loss or gradient that is no number
  // Exit status 70.
  kInternal,  ///< a bug of ours
};

/// Exit status of the command line for a code: 2, 3, 4, 5 or 70.
RELPROMPT_API int exit_status(ErrorCode code) noexcept;

/// Stable lower-case name of a code, such as "bad_offsets", for logs and JSON.
RELPROMPT_API const char* name_of(ErrorCode code) noexcept;

/// Thrown by every function of the project that fails.
class RELPROMPT_API Error : public std::runtime_error {
 public:
  /// `message` says what went wrong, where, what was expected and what was found; `hint` says what to do
  /// next. what() is the message, followed by the hint on a line of its own if there is one.
  explicit Error(ErrorCode code, const std::string& message, const std::string& hint = "");

  /// Which of the closed list it is.
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace relprompt
