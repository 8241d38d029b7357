#include "relprompt/error.h"

namespace relprompt {

int exit_status(ErrorCode code) noexcept {
  // The enumerators are grouped by status, so the last one of each group is the boundary.
  if (code <= ErrorCode::kTextTooLong) return 2;
  if (code <= ErrorCode::kDiskFull) return 3;
  if (code <= ErrorCode::kBadModelConfig) return 4;
  if (code <= ErrorCode::kDiverged) return 5;
  return 70;
}

const char* name_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kBadArgument:
      return "bad_argument";
    case ErrorCode::kBadClassList:
      return "bad_class_list";
    case ErrorCode::kBadVocabulary:
      return "bad_vocabulary";
    case ErrorCode::kBadTemplate:
      return "bad_template";
    case ErrorCode::kTextTooLong:
      return "text_too_long";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kUnreadable:
      return "unreadable";
    case ErrorCode::kNotAnImage:
      return "not_an_image";
    case ErrorCode::kTruncatedImage:
      return "truncated_image";
    case ErrorCode::kImageTooLarge:
      return "image_too_large";
    case ErrorCode::kNotWritable:
      return "not_writable";
    case ErrorCode::kDiskFull:
      return "disk_full";
    case ErrorCode::kModelNotFound:
      return "model_not_found";
    case ErrorCode::kUnknownFormat:
      return "unknown_format";
    case ErrorCode::kTruncatedArchive:
      return "truncated_archive";
    case ErrorCode::kBadHeader:
      return "bad_header";
    case ErrorCode::kBadOffsets:
      return "bad_offsets";
    case ErrorCode::kOverlap:
      return "overlap";
    case ErrorCode::kShapeOverflow:
      return "shape_overflow";
    case ErrorCode::kUnsupportedDtype:
      return "unsupported_dtype";
    case ErrorCode::kDuplicateName:
      return "duplicate_name";
    case ErrorCode::kZipBomb:
      return "zip_bomb";
    case ErrorCode::kBadZip:
      return "bad_zip";
    case ErrorCode::kPickleOpcode:
      return "pickle_opcode";
    case ErrorCode::kPickleGlobal:
      return "pickle_global";
    case ErrorCode::kPickleMalformed:
      return "pickle_malformed";
    case ErrorCode::kLegacyPickle:
      return "legacy_pickle";
    case ErrorCode::kTensorMismatch:
      return "tensor_mismatch";
    case ErrorCode::kWrongHash:
      return "wrong_hash";
    case ErrorCode::kBadModelConfig:
      return "bad_model_config";
    case ErrorCode::kNoDevice:
      return "no_device";
    case ErrorCode::kOutOfMemory:
      return "out_of_memory";
    case ErrorCode::kNoNetwork:
      return "no_network";
    case ErrorCode::kLostWorker:
      return "lost_worker";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kDiverged:
      return "diverged";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "internal";
}

Error::Error(ErrorCode code, const std::string& message, const std::string& hint)
    : std::runtime_error(hint.empty() ? message : message + "\n  " + hint), code_(code) {}

}  // namespace relprompt
