// How long texts may be. Composing characters (NFC) takes time that grows with the square of a run of
// combining marks, so that no text may be long; a text tower reads some hundred bytes at most.
#pragma once

#include <cstddef>

namespace relprompt::text {

constexpr std::size_t kMaxNameBytes = 1024;      ///< one name of a class
constexpr std::size_t kMaxTemplateBytes = 1024;  ///< one sentence with a gap for it
/// A whole list of classes: 64 bytes a class for as many as there may be.
constexpr std::size_t kMaxClassListBytes = std::size_t{4} << 20;
/// Any text that is cleaned, compared or tokenized; a name in a template is far shorter.
constexpr std::size_t kMaxTextBytes = std::size_t{64} << 10;

}  // namespace relprompt::text
