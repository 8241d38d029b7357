// oneDNN that nobody else in the process sees, for builds with a LibTorch that shows a oneDNN of another
// version under the same names (RELPROMPT_PRIVATE_ONEDNN). The dynamic linker would give both of them the
// functions of one.
//
// kernels/dnnl.h gives each function of oneDNN that is called here another name. Under it stands a jump
// through a pointer, and the pointers are filled before main() from the library, which is opened for itself
// alone: its own calls find its own functions.
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>

#if defined(__x86_64__)
#define RELPROMPT_JUMP(name) "jmp *private_" #name "(%rip)\n"
#elif defined(__aarch64__)
#define RELPROMPT_JUMP(name) \
  "adrp x16, private_" #name "\n ldr x16, [x16, :lo12:private_" #name "]\n br x16\n"
#else
#error "RELPROMPT_PRIVATE_ONEDNN is for x86-64 and arm64: build against one oneDNN instead"
#endif

#define RELPROMPT_POINTER(name)                                               \
  extern "C" {                                                                \
  __attribute__((visibility("hidden"), used)) void* private_##name = nullptr; \
  }

#define RELPROMPT_FUNCTION(name)                                                               \
  __asm__(".pushsection .text\n.globl relprompt_dnnl_" #name "\n.hidden relprompt_dnnl_" #name \
          "\n.type relprompt_dnnl_" #name ", %function\nrelprompt_dnnl_" #name                 \
          ":\n" RELPROMPT_JUMP(name) ".popsection\n");

#define RELPROMPT_FIND(name) private_##name = dlsym(library, "dnnl_" #name);

/// Those of versions 2 and 3 that cmake/onednn_names.h.in renames; the test tooling/onednn_names knows which
/// are called.
// clang-format off
#define RELPROMPT_ONEDNN(each) \
  each(engine_create) each(engine_destroy) each(get_effective_cpu_isa) each(matmul_desc_init) \
  each(matmul_primitive_desc_create) each(memory_create) each(memory_create_v2) \
  each(memory_desc_clone) each(memory_desc_create_with_tag) each(memory_desc_destroy) \
  each(memory_desc_get_size) each(memory_desc_get_size_v2) each(memory_desc_init_by_tag) \
  each(memory_desc_query) each(memory_destroy) each(post_ops_append_eltwise) \
  each(post_ops_append_sum) each(post_ops_create) each(post_ops_destroy) \
  each(primitive_attr_create) each(primitive_attr_destroy) each(primitive_attr_set_post_ops) \
  each(primitive_create) each(primitive_desc_destroy) each(primitive_desc_iterator_create) \
  each(primitive_desc_iterator_destroy) each(primitive_desc_iterator_fetch) \
  each(primitive_desc_query_md) each(primitive_destroy) each(primitive_execute) \
  each(reorder_primitive_desc_create) each(sgemm) each(stream_create) each(stream_destroy) \
  each(stream_wait) each(version)
// clang-format on

RELPROMPT_ONEDNN(RELPROMPT_POINTER)
RELPROMPT_ONEDNN(RELPROMPT_FUNCTION)

namespace relprompt::kernels {
namespace {

/// Runs before main(), and before anything that could call oneDNN.
__attribute__((constructor(101))) void open_onednn() {
  void* library = dlopen(RELPROMPT_ONEDNN_LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (library == nullptr) {
    std::fprintf(stderr, "relprompt: oneDNN cannot be loaded: %s\n", dlerror());
    std::_Exit(5);
  }
  RELPROMPT_ONEDNN(RELPROMPT_FIND)
}

}  // namespace
}  // namespace relprompt::kernels
