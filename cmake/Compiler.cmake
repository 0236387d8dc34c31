# How our own code is compiled. Every target of ours links backflow_compiler; other people's headers
# come in as SYSTEM, so the warnings below, which are errors, speak of our code alone.
add_library(backflow_compiler INTERFACE)
target_include_directories(backflow_compiler INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(backflow_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  # Neither changes a result or the meaning of NaN; both let loops vectorise. -ffast-math would
  # break the search for the first non-finite number, so it stays out.
  -fno-math-errno -fno-trapping-math)
# GCC 12 and 13 report false positives from inside Eigen and libstdc++ at -O2 and above.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(backflow_compiler INTERFACE
    -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread
    -Wno-restrict -Wno-use-after-free)
endif()
if(BACKFLOW_NATIVE)
  target_compile_options(backflow_compiler INTERFACE -march=native)
endif()
if(BACKFLOW_SANITIZE)
  target_compile_options(backflow_compiler INTERFACE
    -fsanitize=${BACKFLOW_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # Lines are enough to find a report's place; full debug information of Eigen's templates takes
    # longer to write than the tests to run.
    -O1 -g1)
  if(BACKFLOW_SANITIZE MATCHES "address.*undefined")
    # Null pointers and the ends of objects are AddressSanitizer's too; with the alignment they take a
    # third of the time of compiling.
    target_compile_options(backflow_compiler INTERFACE -fno-sanitize=null,alignment,object-size)
  endif()
  target_link_options(backflow_compiler INTERFACE -fsanitize=${BACKFLOW_SANITIZE})
endif()
if(BACKFLOW_FUZZ)
  target_compile_options(backflow_compiler INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
    -O1 -g1)
  target_link_options(backflow_compiler INTERFACE -fsanitize=address,undefined)
endif()
if(BACKFLOW_COVERAGE)
  target_compile_options(backflow_compiler INTERFACE --coverage -O0)
  target_link_options(backflow_compiler INTERFACE --coverage)
endif()
