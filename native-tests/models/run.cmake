# SPDX-License-Identifier: MIT
# cmake -D SPIN= CC= MODEL= DEFINITION= EXPECTED=<NO_ERROR|ERROR> WORK= -P run.cmake
# Lets spin make a verifier of a model, compiles it and runs it to the end of all states.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
set(plant "")
if(DEFINITION)
  set(plant "-D${DEFINITION}")
endif()

function(run)
  execute_process(
    COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}" OUTPUT_VARIABLE text ERROR_VARIABLE text
    COMMAND_ERROR_IS_FATAL ANY)
  set(text "${text}" PARENT_SCOPE)
endfunction()

run("${SPIN}" -a ${plant} "${MODEL}")
run("${CC}" -O0 -w -DSAFETY -DCOLLAPSE -o pan pan.c)
run("${WORK}/pan" -m100000)

string(REGEX MATCH "assertion violated [^\n]*" violation "${text}")
string(REGEX MATCH "[0-9.e+]+ states, stored" states "${text}")
if(text MATCHES "max search depth too small|out of memory|Search not completed" AND NOT violation)
  message(FATAL_ERROR "Not all states were explored:\n${text}")
elseif(NOT text MATCHES "errors: ([0-9]+)")
  message(FATAL_ERROR "The verifier did not answer:\n${text}")
elseif(EXPECTED STREQUAL "NO_ERROR" AND NOT CMAKE_MATCH_1 EQUAL 0)
  message(FATAL_ERROR "The model has an error; spin -t -p in ${WORK} shows the way:\n${text}")
elseif(EXPECTED STREQUAL "ERROR" AND NOT violation)
  message(FATAL_ERROR "The planted error was not found:\n${text}")
endif()
message(STATUS "${states}, all explored or up to the error. ${violation}")
