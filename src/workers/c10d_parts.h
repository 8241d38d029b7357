// Which of c10d's backends this LibTorch and this system have. LibTorch's CMake package defines USE_C10D_GLOO
// and USE_C10D_NCCL where it was built with them; each needs the headers of its library besides.
#pragma once

#if defined(USE_C10D_GLOO) && __has_include(<torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>) && \
    __has_include(<gloo/rendezvous/store.h>)
#define RELPROMPT_HAS_GLOO 1
#endif

#if defined(RELPROMPT_HAS_GLOO) && defined(USE_C10D_NCCL) && __has_include(<nccl.h>) && \
    __has_include(<cuda_runtime_api.h>)
#define RELPROMPT_HAS_NCCL 1
#endif
