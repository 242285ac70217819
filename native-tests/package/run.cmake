# SPDX-License-Identifier: MIT
# The test `package`: install into a fresh prefix, move it, then use it in three ways: by
# find_package, by pkg-config, and by -l alone.
cmake_minimum_required(VERSION 3.25)

function(run)
  list(JOIN ARGV " " line)
  message(STATUS "${line}")
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(source "${CMAKE_CURRENT_LIST_DIR}")
set(prefix "${WORK}/moved")
set(lib "${prefix}/${LIBDIR}")
file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed")
file(RENAME "${WORK}/installed" "${prefix}")

# find_package
run("${CMAKE_COMMAND}" -S "${source}" -B "${WORK}/build" -G "${GENERATOR}"
    -D "CMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${WORK}/build")
run("${CMAKE_CTEST_COMMAND}" --test-dir "${WORK}/build" --output-on-failure --no-tests=error)

# pkg-config
find_program(PKG_CONFIG pkg-config)
if(NOT PKG_CONFIG)
  message(FATAL_ERROR "pkg-config is missing: see build.sh")
endif()
set(ENV{PKG_CONFIG_PATH} "${lib}/pkgconfig")
execute_process(
  COMMAND "${PKG_CONFIG}" --cflags --libs nolockalloc
  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${flags}")
run("${CC}" "${source}/consumer.c" -o "${WORK}/by-pkg-config" ${flags})
run("${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${lib}" "${WORK}/by-pkg-config")

# The archive alone, with nothing else named
run("${CC}" "-I${prefix}/include" "${source}/consumer.c" -o "${WORK}/by-archive" "-L${lib}"
    -l:libnolockalloc.a)
run("${WORK}/by-archive")
