// SPDX-License-Identifier: MIT
#include "failed_exchange.h"

#include "stepper/stepper.h"
#include "x86_64/instruction.h"

#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <vector>

namespace
{
struct Function
{
    uintptr_t start, end; // offsets in the library
    std::string name;
};

// From the symbol table of the library's file.
std::vector<Function> read_functions()
{
    std::vector<Function> functions;
    Dl_info library = {};
    dladdr(reinterpret_cast<void *>(stepper::library_base()), &library);
    std::ifstream file(library.dli_fname, std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    if (bytes.size() < sizeof(Elf64_Ehdr))
        return functions;
    const auto *header = reinterpret_cast<const Elf64_Ehdr *>(bytes.data());
    const auto *sections = reinterpret_cast<const Elf64_Shdr *>(bytes.data() + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++)
    {
        if (sections[i].sh_type != SHT_SYMTAB)
            continue;
        const char *names = bytes.data() + sections[sections[i].sh_link].sh_offset;
        const auto *symbol =
            reinterpret_cast<const Elf64_Sym *>(bytes.data() + sections[i].sh_offset);
        for (size_t left = sections[i].sh_size / sizeof *symbol; left > 0; left--, symbol++)
            if (symbol->st_size != 0)
                functions.push_back({symbol->st_value, symbol->st_value + symbol->st_size,
                                     names + symbol->st_name});
    }
    return functions;
}

constexpr greg_t kZeroFlag = 0x40;
} // namespace

bool is_compare_exchange(uintptr_t pc)
{
    return stepper::machine::is_locked_compare_exchange(stepper::code_at(pc));
}

void fail_exchange(void *, size_t)
{
    greg_t *regs = stepper::interrupted().uc_mcontext.gregs;
    regs[REG_RAX] = ~regs[REG_RAX];
    regs[REG_EFL] &= ~kZeroFlag;
    regs[REG_RIP] = stepper::machine::next_pc(regs);
}

std::string function_at(uintptr_t pc)
{
    static const std::vector<Function> functions = read_functions();
    uintptr_t offset = pc - stepper::library_base();
    for (const Function &function : functions)
        if (offset >= function.start && offset < function.end)
            return function.name;
    return "";
}
