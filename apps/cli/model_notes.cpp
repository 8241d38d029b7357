#include "model_notes.h"

#include "terminal.h"

namespace relprompt::cli {

void print_model_notes(const std::vector<std::string>& notes) {
  for (const auto& note : notes) print_note("note: " + note);
}

}  // namespace relprompt::cli
