# ctest `tooling/consumer`: installs what labelling needs (the component relprompt) into a scratch prefix, moves the prefix (nothing installed may
# remember where it was put), builds a stranger's project against it through the CMake package and through
# pkg-config, and runs the results without LD_LIBRARY_PATH.
# Arguments: BUILD_DIR WORK_DIR CONSUMER_DIR SOURCE_DIR COMPILER GENERATOR VERSION.
function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${directory} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(REPLACE ";" " " command "${ARGN}")
  message("$ ${command}\n${output}")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "exit status ${status}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_output fragment)
  string(FIND "${output}" "${fragment}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "the output lacks '${fragment}'")
  endif()
endfunction()

unset(ENV{LD_LIBRARY_PATH})
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR}/results)
set(directory ${WORK_DIR}/results)
set(prefix ${WORK_DIR}/moved)
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/installed --component relprompt)
file(RENAME ${WORK_DIR}/installed ${prefix})

run(${prefix}/bin/relprompt --version)
expect_output("${VERSION}")
file(GLOB_RECURSE torch ${prefix}/*torch*)
if(torch)
  message(FATAL_ERROR "the component relprompt brings ${torch}")
endif()

run(${CMAKE_COMMAND} -S ${CONSUMER_DIR} -B ${WORK_DIR}/build -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_PREFIX_PATH=${prefix} -DWANTED_VERSION=${VERSION} -DCMAKE_BUILD_TYPE=Release
    -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
run(${WORK_DIR}/build/consumer)
expect_output("relprompt ${VERSION}, 8 vocabularies, 3 classes")
expect_output("model_not_found 4")

find_program(pkg_config pkg-config REQUIRED)
file(GLOB_RECURSE pc_file ${prefix}/*/relprompt.pc)
get_filename_component(pc_dir "${pc_file}" DIRECTORY)
run(${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_dir} ${pkg_config} --cflags --libs relprompt)
separate_arguments(flags UNIX_COMMAND "${output}")
file(GLOB_RECURSE library ${prefix}/*/librelprompt.so)
get_filename_component(library_dir "${library}" DIRECTORY)
run(${COMPILER} -std=c++17 ${CONSUMER_DIR}/main.cpp -o ${WORK_DIR}/by_pkg_config ${flags} -Wl,-rpath,${library_dir})
run(${WORK_DIR}/by_pkg_config)
expect_output("model_not_found 4")
# examples/two_class_lists.cpp: one model, two threads with a class list each.
set(ENV{XDG_CACHE_HOME} ${WORK_DIR}/cache)
run(${COMPILER} -std=c++17 ${SOURCE_DIR}/examples/two_class_lists.cpp -o ${WORK_DIR}/two_class_lists ${flags} -pthread
    -Wl,-rpath,${library_dir})
run(${WORK_DIR}/two_class_lists ${SOURCE_DIR}/models/demo ${SOURCE_DIR}/examples/world.png "sand, grass, water"
    "orange falling, blue checked, purple level")
foreach(file 1.labels.png 1.overlay.jpg 2.labels.png 2.overlay.jpg)
  if(NOT EXISTS ${WORK_DIR}/results/${file})
    message(FATAL_ERROR "two_class_lists did not write ${file}")
  endif()
endforeach()
file(REMOVE_RECURSE ${WORK_DIR})
