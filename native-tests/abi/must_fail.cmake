# SPDX-License-Identifier: MIT
# cmake -D SAYS=<regex> -P must_fail.cmake -- <command>...
# Passes if the command fails and says so. A check that failed for another reason has not been shown
# to work, and one that passes has missed the planted bug.
cmake_minimum_required(VERSION 3.25)

set(command "")
set(seen NO)
foreach(index RANGE 1 ${CMAKE_ARGC})
  if(seen)
    string(REPLACE ";" "\\;" argument "${CMAKE_ARGV${index}}")
    list(APPEND command "${argument}")
  elseif("${CMAKE_ARGV${index}}" STREQUAL "--")
    set(seen YES)
  endif()
endforeach()

execute_process(
  COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
string(REGEX REPLACE "[ \n]+" " " text "${text}")
if(result EQUAL 0)
  message(FATAL_ERROR "The planted bug was not caught. Output:\n${text}")
elseif(NOT text MATCHES "${SAYS}")
  message(FATAL_ERROR "It failed for another reason than '${SAYS}'. Output:\n${text}")
endif()
message(STATUS "Caught, as it must be: ${text}")
