# SPDX-License-Identifier: MIT
# Generates the C declarations of the C# exports (managed/NoLockAlloc.Declarations) and lets the
# compilers compare them with the header: a function declared twice with different types is an error
# in C and in C++. REGEX and REPLACEMENT plant a difference.
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/SymbolAudit.cmake")

string(RANDOM LENGTH 8 name)
set(folder "${CMAKE_CURRENT_BINARY_DIR}/declarations-${name}")
set(FILE "${folder}/exports.h")
file(MAKE_DIRECTORY "${folder}")

execute_process(
  COMMAND "${DOTNET}" "${TOOL}" "${ASSEMBLY}" OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
if(REGEX)
  string(REGEX REPLACE "${REGEX}" "${REPLACEMENT}" text "${text}")
endif()
file(WRITE "${FILE}" "${text}")
# The macros that map calls onto the direct entries must not rename the exports.
set(mapped kmalloc_nolock kfree_nolock kmalloc kfree kmem_cache_alloc kmem_cache_free
           kmem_cache_alloc_nolock kmem_cache_free_nolock)
list(TRANSFORM mapped PREPEND "#undef ")
list(JOIN mapped "\n" mapped)
file(WRITE "${folder}/both.c" "#include \"${HEADER}\"\n${mapped}\n#include \"exports.h\"\n")
file(COPY_FILE "${folder}/both.c" "${folder}/both.cc")

set(flags -fsyntax-only -Wall -Wextra -Wpedantic -Werror)
execute_process(COMMAND "${CC}" -std=c11 ${flags} "${folder}/both.c" RESULT_VARIABLE c)
execute_process(COMMAND "${CXX}" -std=c++17 ${flags} "${folder}/both.cc" RESULT_VARIABLE cxx)

# The same names: all but the direct entries, which native/ defines.
file(WRITE "${folder}/only.h" "typedef unsigned gfp_t;\nstruct nolockalloc_stats;\n${text}")
nla_functions_of(exported "${folder}/only.h")
nla_functions_of(declared "${HEADER}")
list(FILTER declared EXCLUDE REGEX "_noprof$")
file(REMOVE_RECURSE "${folder}")

if(NOT c EQUAL 0)
  message(SEND_ERROR "the C# exports and the header differ in C")
endif()
if(NOT cxx EQUAL 0)
  message(SEND_ERROR "the C# exports and the header differ in C++")
endif()
nla_expect_same("exported functions" "${exported}" "${declared}")
