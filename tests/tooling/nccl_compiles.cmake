# Compiles the workers' source with the NCCL backend, which a LibTorch without CUDA (Debian's) leaves out of the
# build. Needs the headers of CUDA and NCCL alone, no GPU. COMPILER, SOURCE, WORK_DIR; INCLUDES: folders with |
# between them; CUDA: the folder of nccl.h.
if(NOT EXISTS "${CUDA}/nccl.h" OR NOT EXISTS "${CUDA}/cuda_runtime_api.h")
  message("skipped: no headers of NCCL and CUDA here")
  return()
endif()

# LibTorch generates this header only where it is itself built with CUDA; nothing in it matters to us.
file(WRITE "${WORK_DIR}/c10/cuda/impl/cuda_cmake_macros.h" "")

set(flags -std=c++17 -fopenmp -fsyntax-only -DFMT_SHARED -DUSE_C10D_GLOO -DUSE_C10D_NCCL -DUSE_DISTRIBUTED)
string(REPLACE "|" ";" folders "${INCLUDES}")
list(TRANSFORM folders PREPEND "-isystem")
list(FILTER folders EXCLUDE REGEX "^-isystem(/usr/include|/usr/lib/../include)$")  # the compiler's own order
list(REMOVE_DUPLICATES folders)
list(APPEND flags ${folders} "-isystem${WORK_DIR}" "-isystem${CUDA}")
execute_process(COMMAND "${COMPILER}" ${flags} -Wall -Wextra -Werror -dM -E "${SOURCE}"
                OUTPUT_VARIABLE macros RESULT_VARIABLE failed)
if(failed OR NOT macros MATCHES "#define RELPROMPT_HAS_NCCL 1")
  message(FATAL_ERROR "${SOURCE} leaves NCCL out although its headers are there")
endif()
execute_process(COMMAND "${COMPILER}" ${flags} -Wall -Wextra -Werror "${SOURCE}" RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${SOURCE} does not compile with NCCL")
endif()
