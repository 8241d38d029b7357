// What librelprompt shows to those who link it. Everything else is compiled with hidden visibility.
#pragma once

/// Stands before every public function, and every public class that has functions of its own in the library
/// or that crosses its border as an exception.
#define RELPROMPT_API __attribute__((visibility("default")))

/// For what such a class keeps to itself.
#define RELPROMPT_HIDDEN __attribute__((visibility("hidden")))
