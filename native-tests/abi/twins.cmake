# SPDX-License-Identifier: MIT
# build.sh and build.ps1 know the same words and call the same presets for them.
cmake_minimum_required(VERSION 3.25)

# ["word) preset NAME" or "'word' { Use-Preset NAME"] as "word NAME", in order.
function(words_of out file call)
  set(words "")
  file(READ "${file}" text)
  string(REGEX MATCHALL "\n +'?[a-z0-9-]+'?${call} [a-z0-9-]+" lines "${text}")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE ".*[\n '](.+[a-z0-9])'?${call} (.+)" "\\1 \\2" line "${line}")
    list(APPEND words "${line}")
  endforeach()
  set(${out} "${words}" PARENT_SCOPE)
endfunction()

words_of(bash "${SOURCE_DIR}/build.sh" "\\) preset")
words_of(powershell "${SOURCE_DIR}/build.ps1" " { Use-Preset")
list(LENGTH bash count)
if(count LESS 5 OR NOT bash STREQUAL powershell)
  message(FATAL_ERROR "build.sh knows [${bash}], build.ps1 knows [${powershell}]")
endif()
message(STATUS "Both know ${count} words: ${bash}")
