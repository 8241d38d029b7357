# Tests as they run on other processors: environment variables hide instructions that this one has.

set(relprompt_processors portable avx2 avx512 avx512_vnni bf16_in_fp32 bf16_native)
set(relprompt_as_portable RELPROMPT_ISA=portable DNNL_MAX_CPU_ISA=SSE41)
set(relprompt_as_avx2 RELPROMPT_ISA=avx2 DNNL_MAX_CPU_ISA=AVX2)
set(relprompt_as_avx512 DNNL_MAX_CPU_ISA=AVX512_CORE)
set(relprompt_as_avx512_vnni DNNL_MAX_CPU_ISA=AVX512_CORE_VNNI)
set(relprompt_as_bf16_in_fp32 RELPROMPT_BF16=fp32)
set(relprompt_as_bf16_native RELPROMPT_BF16=native)
# What the machine itself must have for it.
set(relprompt_flag_of_avx2 avx2)
set(relprompt_flag_of_bf16_native avx512bw)

# relprompt_test_on_processors(NAME [FILTER]): the suite of relprompt_test(NAME), or what the GoogleTest filter
# leaves of it, once for each of them that this machine can stand in for; a test each.
function(relprompt_test_on_processors name)
  if(RELPROMPT_SANITIZE OR RELPROMPT_SANITIZE_THREAD OR NOT EXISTS /proc/cpuinfo)
    return()
  endif()
  file(READ /proc/cpuinfo flags)
  set(filter "*")
  if(ARGC GREATER 1)
    set(filter "${ARGV1}")
  endif()
  foreach(processor IN LISTS relprompt_processors)
    set(needed "${relprompt_flag_of_${processor}}")
    if(needed AND NOT flags MATCHES " ${needed}[ \n]")
      continue()
    endif()
    set(test ${name}/as/${processor})
    add_test(NAME ${test} COMMAND test_${name} --gtest_brief=1 "--gtest_filter=${filter}")
    set_tests_properties(${test} PROPERTIES ENVIRONMENT "${relprompt_as_${processor}}" TIMEOUT 300)
  endforeach()
endfunction()
