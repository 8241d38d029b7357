# The pytest suite, a ctest entry a file: python/NAME runs tests/test_NAME.py.
file(GLOB python_tests CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/tests tests/test_*.py)
set(python_environment "PYTHONPATH=${CMAKE_BINARY_DIR}/python;PYTHONDONTWRITEBYTECODE=1"
    "RELPROMPT_BUILD_DIR=${CMAKE_BINARY_DIR}" "PYTHONFAULTHANDLER=1")
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import numpy, pytest" RESULT_VARIABLE no_pytest ERROR_QUIET)
foreach(file IN LISTS python_tests)
  string(REGEX REPLACE "^test_(.*)\\.py$" "\\1" name ${file})
  set(skipped "")
  if(no_pytest)
    set(skipped "skipped: no pytest or NumPy (python3-pytest, python3-numpy)")
  elseif(RELPROMPT_SANITIZE OR RELPROMPT_SANITIZE_THREAD)
    set(skipped "skipped: sanitizers must be linked into Python itself")
  endif()
  if(skipped)
    add_test(NAME python/${name} COMMAND ${CMAKE_COMMAND} -E echo "${skipped}")
  else()
    add_test(NAME python/${name}
             COMMAND ${Python3_EXECUTABLE} -m pytest -q -p no:cacheprovider -rs
                     --rootdir=${CMAKE_CURRENT_SOURCE_DIR}/tests
                     ${CMAKE_CURRENT_SOURCE_DIR}/tests/${file})
  endif()
  set_tests_properties(python/${name} PROPERTIES TIMEOUT 600 SKIP_REGULAR_EXPRESSION "^skipped: "
                       ENVIRONMENT "${python_environment}")
endforeach()
