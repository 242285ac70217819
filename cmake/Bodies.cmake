# SPDX-License-Identifier: MIT
# The direct entries of the shortest calls do not jump to their C# methods: the methods' machine code follows
# them (DECISIONS 69). It is taken from the C# core's object, as ILC compiled it.
#
# nla_add_entries(<file> <managed> <directory> <method>...): sets <file> to the assembly file of <directory> with the
# entries, which includes a file of the bodies of these methods.
#
# As a script, with -D OBJECT, METHODS, OUTPUT, NM, OBJDUMP, OBJCOPY: writes that file.

function(nla_add_entries file managed directory)
  set(entry "${PROJECT_SOURCE_DIR}/${directory}/entry_${CMAKE_SYSTEM_PROCESSOR}.S")
  set(${file} "${entry}" PARENT_SCOPE)
  if(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
    return()
  endif()
  get_target_property(object ${managed} NLA_OBJECT)
  set(script "${PROJECT_SOURCE_DIR}/cmake/Bodies.cmake")
  set(output "${PROJECT_BINARY_DIR}/${directory}/bodies.inc")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -D "OBJECT=${object}" -D "METHODS=${ARGN}" -D "OUTPUT=${output}"
            -D "NM=${CMAKE_NM}" -D "OBJDUMP=${CMAKE_OBJDUMP}" -D "OBJCOPY=${CMAKE_OBJCOPY}"
            -P "${script}"
    DEPENDS "${object}" "${script}" ${managed}
    COMMENT "Taking the bodies of direct entries: ${managed}"
    VERBATIM)
  set_source_files_properties(
    "${entry}" PROPERTIES OBJECT_DEPENDS "${output}"
                          INCLUDE_DIRECTORIES "${PROJECT_BINARY_DIR}/${directory}")
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  return()
endif()

set(code "${OUTPUT}.bin")
execute_process(
  COMMAND "${OBJCOPY}" -O binary -j __managedcode "${OBJECT}" "${code}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${NM}" -S "${OBJECT}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)

# Appends the bytes from `start` to `end`.
macro(append_bytes)
  if(end GREATER start)
    math(EXPR length "${end} - ${start}")
    string(APPEND text "    .incbin \"${code}\", ${start}, ${length}\n")
    set(start ${end})
  endif()
endmacro()

# One line of the disassembly: a jump out of the method names its target anew; what moves the stack pointer is told
# to unwinders.
macro(append_instruction next instruction)
  if("${instruction}" MATCHES "^(call|j[a-z]+) +([0-9a-f]+) <([^>+]+)>")
    set(target ${CMAKE_MATCH_3})
    math(EXPR end "${next} - 4")
    append_bytes()
    string(APPEND text "    .reloc  ., R_X86_64_PLT32, ${target} - 4\n    .long   0\n")
    set(start ${next})
  endif()
  set(end ${next})
  if("${instruction}" MATCHES "^push +%rbp")
    append_bytes()
    string(APPEND text "    .cfi_def_cfa_offset 16\n    .cfi_offset 6, -16\n")
  elseif("${instruction}" MATCHES "^mov +%rsp,%rbp")
    append_bytes()
    string(APPEND text "    .cfi_def_cfa_register 6\n")
  elseif("${instruction}" MATCHES "^pop +%rbp")
    append_bytes()
    string(APPEND text "    .cfi_remember_state\n    .cfi_def_cfa 7, 8\n    .cfi_restore 6\n")
    set(has_popped TRUE)
  elseif(has_popped AND "${instruction}" MATCHES "^(ret|jmp .*<[^>+]+>)")
    append_bytes()
    string(APPEND text "    .cfi_restore_state\n")
    set(has_popped FALSE)
  endif()
endmacro()

set(has_popped FALSE)
set(text "/* Written by cmake/Bodies.cmake out of the C# core's object. */\n")
foreach(method IN LISTS METHODS)
  if(NOT symbols MATCHES "([0-9a-f]+) ([0-9a-f]+) [Tt] ${method}\n")
    message(FATAL_ERROR "${OBJECT} has no method ${method}")
  endif()
  math(EXPR start "0x${CMAKE_MATCH_1}")
  math(EXPR stop "0x${CMAKE_MATCH_1} + 0x${CMAKE_MATCH_2}")
  execute_process(
    COMMAND "${OBJDUMP}" -dr -w --no-show-raw-insn -j __managedcode --start-address=${start}
            --stop-address=${stop} "${OBJECT}"
    OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
  if(listing MATCHES "R_X86_64_")
    continue() # uses data: stays where it is, and the entry jumps there
  endif()
  string(REGEX MATCHALL "\n +[0-9a-f]+:\t[^\n]+" lines "${listing}")
  string(APPEND text "    .set    .Lbody_${method}, 1\n    .macro  body_${method}\n")
  list(LENGTH lines count)
  math(EXPR last "${count} - 1")
  foreach(index RANGE ${last})
    list(GET lines ${index} line)
    string(REGEX REPLACE ".*[0-9a-f]+:\t" "" instruction "${line}")
    set(next ${stop})
    if(index LESS last)
      math(EXPR after "${index} + 1")
      list(GET lines ${after} line)
      string(REGEX MATCH "([0-9a-f]+):" line "${line}")
      math(EXPR next "0x${CMAKE_MATCH_1}")
    endif()
    append_instruction(${next} "${instruction}")
  endforeach()
  append_bytes()
  string(APPEND text "    .endm\n")
endforeach()
file(WRITE "${OUTPUT}" "${text}")
