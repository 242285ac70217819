// SPDX-License-Identifier: MIT
#include "failed_exchange.h"

#include "stepper.h"

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

constexpr uint8_t kLock = 0xf0;
constexpr greg_t kZeroFlag = 0x40;

// Behind the prefixes that compilers write: lock, operand size, REX.
const uint8_t *opcode_at(uintptr_t pc)
{
    const uint8_t *code = stepper::code_at(pc);
    bool is_locked = false;
    for (; *code == kLock || *code == 0x66; code++)
        is_locked |= *code == kLock;
    if ((*code & 0xf0) == 0x40)
        code++;
    return is_locked ? code : nullptr;
}

// The bytes of ModRM, SIB and displacement.
size_t operand_bytes(const uint8_t *modrm)
{
    uint8_t mode = modrm[0] >> 6, base = modrm[0] & 7;
    bool has_sib = mode != 3 && base == 4;
    size_t bytes = has_sib ? 2 : 1;
    if (mode == 1)
        return bytes + 1;
    bool no_base = mode == 0 && (base == 5 || (has_sib && (modrm[1] & 7) == 5));
    return mode == 2 || no_base ? bytes + 4 : bytes;
}
} // namespace

bool is_compare_exchange(uintptr_t pc)
{
    const uint8_t *code = opcode_at(pc);
    return code != nullptr && code[0] == 0x0f && (code[1] == 0xb1 || code[1] == 0xb0);
}

void fail_exchange(void *, size_t)
{
    greg_t *regs = stepper::interrupted().uc_mcontext.gregs;
    const uint8_t *operands = opcode_at(uintptr_t(regs[REG_RIP])) + 2;
    regs[REG_RAX] = ~regs[REG_RAX];
    regs[REG_EFL] &= ~kZeroFlag;
    regs[REG_RIP] = greg_t(uintptr_t(operands) + operand_bytes(operands));
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
