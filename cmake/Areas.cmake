# The build vocabulary of this project: an area is a folder of src/ built as one static library, a test
# suite is a folder of tests/ built as one GoogleTest program. Compile options live here and nowhere else.

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# A library shows what is marked RELPROMPT_API (include/relprompt/export.h) and no more.
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(RELPROMPT_CCACHE ccache)
if(RELPROMPT_CCACHE)
  # The sloppiness settings are what ccache needs to work with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${RELPROMPT_CCACHE})
endif()

add_library(relprompt_options INTERFACE)
target_include_directories(relprompt_options INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src
                           ${PROJECT_BINARY_DIR}/generated)
# -fPIC everywhere, so that libraries and programs can share one precompiled header.
target_compile_options(relprompt_options INTERFACE -fPIC -Wall -Wextra -Wpedantic -Wshadow)
# g++ 13 and 14 take every reference that a function returns for one into its arguments.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
  target_compile_options(relprompt_options INTERFACE -Wno-dangling-reference)
endif()
if(RELPROMPT_WERROR)
  target_compile_options(relprompt_options INTERFACE -Werror)
endif()
if(RELPROMPT_SANITIZE)
  # -g1, and -O0 for tests, commands and the server: half the time to compile, and a report still names its lines.
  target_compile_options(relprompt_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                         -fno-omit-frame-pointer $<IF:$<BOOL:$<TARGET_PROPERTY:RELPROMPT_LIGHT>>,-O0,-O1> -g1)
  target_link_options(relprompt_options INTERFACE -fsanitize=address,undefined)
endif()
if(RELPROMPT_SANITIZE_THREAD)
  target_compile_options(relprompt_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(relprompt_options INTERFACE -fsanitize=thread)
endif()
if(RELPROMPT_COVERAGE)
  target_compile_options(relprompt_options INTERFACE --coverage)
  target_compile_definitions(relprompt_options INTERFACE RELPROMPT_COVERAGE)
  target_link_options(relprompt_options INTERFACE --coverage)
endif()
if(RELPROMPT_FUZZ)
  target_compile_options(relprompt_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

configure_file(${PROJECT_SOURCE_DIR}/cmake/version.h.in ${PROJECT_BINARY_DIR}/generated/relprompt/version.h @ONLY)
configure_file(${PROJECT_SOURCE_DIR}/cmake/onednn_names.h.in ${PROJECT_BINARY_DIR}/generated/relprompt/onednn_names.h)

# relprompt_light(TARGET [TORCH]): tests, commands and the server leave the computing to the library. Optimising them as
# much takes longer than it gives.
function(relprompt_light target)
  cmake_parse_arguments(LIGHT "TORCH" "" "" ${ARGN})
  # g++ 14 takes LibTorch's precompiled header, made at -O3, at -O2 and not at -O1: some of the processor's options
  # start at -O2.
  set(level $<IF:$<BOOL:${LIGHT_TORCH}>,-O2,-O1>)
  target_compile_options(${target} PRIVATE $<$<NOT:$<CONFIG:Debug>>:${level}>)
  set_target_properties(${target} PROPERTIES RELPROMPT_LIGHT ON)
endfunction()

# relprompt_area(NAME [TORCH] SOURCES ... [PLAIN ...] [DEPENDS areas...] [LINK targets...])
# PLAIN: sources of a TORCH area that include nothing of LibTorch. Its precompiled header would cost each of them 4 s.
function(relprompt_area name)
  cmake_parse_arguments(AREA "TORCH" "" "SOURCES;PLAIN;DEPENDS;LINK" ${ARGN})
  set(target relprompt_${name})
  add_library(${target} STATIC ${AREA_SOURCES} ${AREA_PLAIN})
  set_source_files_properties(${AREA_PLAIN} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_link_libraries(${target} PUBLIC relprompt_options)
  foreach(dependency ${AREA_DEPENDS})
    target_link_libraries(${target} PUBLIC relprompt_${dependency})
  endforeach()
  target_link_libraries(${target} PUBLIC ${AREA_LINK})
  if(AREA_TORCH)
    relprompt_use_torch(${target})
  endif()
endfunction()

# Links LibTorch and reuses the one precompiled torch/torch.h (20 s a file without it).
function(relprompt_use_torch target)
  target_link_libraries(${target} PUBLIC relprompt_torch)
  target_precompile_headers(${target} REUSE_FROM relprompt_torch_pch)
endfunction()

# relprompt_test(NAME [TORCH] SOURCES ... [PLAIN ...] [DEPENDS areas...] [LINK targets...])
# One program tests/NAME -> bin/test_NAME; each TEST becomes a ctest entry named NAME/Suite.Case.
function(relprompt_test name)
  cmake_parse_arguments(SUITE "TORCH" "TIMEOUT" "SOURCES;PLAIN;DEPENDS;LINK" ${ARGN})
  set(target test_${name})
  add_executable(${target} ${SUITE_SOURCES} ${SUITE_PLAIN})
  set_source_files_properties(${SUITE_PLAIN} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  if(SUITE_TORCH)
    relprompt_light(${target} TORCH)
  else()
    relprompt_light(${target})
  endif()
  target_link_libraries(${target} PRIVATE relprompt_test_support GTest::gmock GTest::gtest_main OpenMP::OpenMP_CXX
                        ${SUITE_LINK})
  foreach(dependency ${SUITE_DEPENDS})
    target_link_libraries(${target} PRIVATE relprompt_${dependency})
  endforeach()
  if(SUITE_TORCH)
    relprompt_use_torch(${target})
  else()
    target_precompile_headers(${target} REUSE_FROM relprompt_test_pch)
  endif()
  if(NOT SUITE_TIMEOUT)
    set(SUITE_TIMEOUT 300)
  endif()
  # A busy machine can take long to start a program that loads LibTorch.
  gtest_discover_tests(${target} TEST_PREFIX ${name}/ DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
                       PROPERTIES TIMEOUT ${SUITE_TIMEOUT})
endfunction()

# relprompt_optional_library(NAME SYMBOL SOURCES ... LINK targets...)
# librelprompt-NAME.so, which is loaded when something needs it and shows one symbol. Target relprompt_NAME_library; all
# of them stand in the global property relprompt_optional_libraries.
function(relprompt_optional_library name symbol)
  cmake_parse_arguments(LIBRARY "" "" "SOURCES;LINK" ${ARGN})
  set(target relprompt_${name}_library)
  set(exports ${CMAKE_CURRENT_BINARY_DIR}/exports.map)
  file(CONFIGURE OUTPUT ${exports} CONTENT "{ global: ${symbol}; local: *; };\n")
  add_library(${target} SHARED ${LIBRARY_SOURCES})
  target_link_libraries(${target} PRIVATE ${LIBRARY_LINK} -Wl,--version-script=${exports})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME relprompt-${name} LINK_DEPENDS ${exports}
                        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib RELPROMPT_SYMBOL ${symbol})
  set_property(GLOBAL APPEND PROPERTY relprompt_optional_libraries ${target})
endfunction()
