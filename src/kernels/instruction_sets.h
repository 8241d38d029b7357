// One source, compiled for several instruction sets, the best one chosen when the program starts.
#pragma once

// Sanitizers instrument the resolver that does the choosing before they are set up, so they get one build.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define RELPROMPT_EACH_ISA __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RELPROMPT_EACH_ISA
#endif
