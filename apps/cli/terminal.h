// Messages to people. Everything here goes to stderr, so that stdout carries results and nothing else.
#pragma once

#include <string>
#include <string_view>

#include "base/printable.h"

namespace relprompt::cli {

using relprompt::printable;  // file names are foreign input

/// Columns that the text takes on a terminal: 2 for wide East Asian characters and emoji, 0 for marks that
/// sit on the character before.
int display_width(std::string_view text);

/// The text in at most `columns` columns, its end replaced by an ellipsis if it does not fit.
std::string fit(std::string_view text, int columns);

/// The text followed by spaces up to `columns` columns.
std::string pad(std::string_view text, int columns);

/// "relprompt: error: MESSAGE"; a hint follows on a line of its own, as Error::what() has it. All lines but
/// the first are indented. What these three print need not be printable() before.
void print_error(std::string_view message);
void print_warning(std::string_view message);
/// A line for people without any mark.
void print_note(std::string_view message);

/// True if people see stderr on a terminal that can redraw a line.
bool stderr_is_terminal();
/// Columns of the terminal behind stderr, 80 if unknown.
int terminal_columns();

/// Thrown where nobody reads the standard output any more, as in `relprompt classes --list | head -1`: there
/// is nothing to say about it, and nobody to say it to.
struct BrokenPipe {};

/// Writes to stdout. Throws Error(kDiskFull or kNotWritable) if it does not arrive, for a redirected stdout
/// is an output file like any other, and BrokenPipe.
void print_result(std::string_view text);

}  // namespace relprompt::cli
