# Headers that nearly every file includes are compiled once for the libraries and once for the tests:
# Eigen and GoogleTest take longer to read than most of our files to compile. Off: every file shows
# that it includes what it needs.
option(BACKFLOW_PRECOMPILED "Precompile Eigen's, the standard library's and GoogleTest's headers" ON)
set(BACKFLOW_PRECOMPILED_HEADERS
  <Eigen/Dense> <algorithm> <functional> <memory> <optional> <string> <variant> <vector>)

# backflow_precompile(NAME KIND HEADERS…): the target NAME whose headers others use again. The KIND,
# library or program, decides how code is addressed, which must be the same for both.
function(backflow_precompile NAME KIND)
  if(NOT BACKFLOW_PRECOMPILED)
    return()
  endif()
  set(source "${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp")
  if(KIND STREQUAL "program")
    add_executable(${NAME} "${source}")
  else()
    add_library(${NAME} OBJECT "${source}")
  endif()
  target_link_libraries(${NAME} PRIVATE backflow_compiler Eigen3::Eigen)
  if(KIND STREQUAL "program")
    # Its definitions must be the same too.
    target_link_libraries(${NAME} PRIVATE GTest::gmock)
  endif()
  target_precompile_headers(${NAME} PRIVATE ${ARGN})
endfunction()

# backflow_use_precompiled(NAME targets…)
function(backflow_use_precompiled NAME)
  if(NOT BACKFLOW_PRECOMPILED)
    return()
  endif()
  foreach(target ${ARGN})
    target_precompile_headers(${target} REUSE_FROM ${NAME})
  endforeach()
endfunction()
