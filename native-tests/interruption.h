// SPDX-License-Identifier: MIT
//
// An Interruption is one call of the allocator, brought about in a chosen state again and again,
// and interrupted at one boundary each time. The tests choose what the interrupting handler does.
#ifndef NOLOCKALLOC_TESTS_INTERRUPTION_H
#define NOLOCKALLOC_TESTS_INTERRUPTION_H

#include "counters.h"
#include "ledger.h"
#include "operation.h"
#include "short_form.h"
#include "stepper/stepper.h"

#include <functional>
#include <ostream>
#include <string>
#include <vector>

class Interruption;
using Hook = void (*)(Interruption &);

// In which process each run takes place.
enum class Process
{
    Same,   // one run after the other
    Forked, // prepared once; each run is a child's, beginning with its first call
    Fresh,  // each run is a child's of a process that has not used the library yet
};

// Which call, and in which state: from no slabs at all, allocate `prepared` objects, free them if
// `freed`, trim if `trimmed`, then repeat the operation until the next one counts in `reached`.
struct Situation
{
    const char *name;
    Operation operation;
    size_t size;
    Counter reached;
    size_t prepared = 0;
    bool freed = false;
    bool trimmed = false;
    bool on_a_new_thread = false;
    gfp_t gfp_flags = 0;
    Hook set_up = nullptr; // after the objects were prepared, before the repetitions
    Hook call = nullptr;   // of Operation::Own
    Process process = Process::Same;
    const char *options = "";   // NOLOCKALLOC_OPTIONS of the process
    bool may_refuse = false;    // memory is short: handlers may be given NULL
    size_t slabs_in_hand = 0;   // if its object is of no bucket: so many slabs no bucket has then
    size_t may_be_lost = 0;     // objects that an earlier, abandoned call may have lost
    bool ends_thread = false;   // the call does not return
    bool varies = false;        // from run to run: a boundary may not be reached again
    bool spares_bucket = false; // handlers must leave the bucket alone
    bool starved = false;       // its options leave too little for all that others do at the same time
    const char *function = "";  // of Operation::Own
    bool untouched = false;     // the first thread has not used the library: only set_up runs
};

const std::vector<Situation> &all_situations();
std::vector<Situation> situations_with_a_lock(); // on one thread, within 2 MiB of slabs
const Situation &situation_named(const char *name);

inline void PrintTo(const Situation &situation, std::ostream *out)
{
    *out << situation.name;
}

class Interruption
{
  public:
    Interruption(const Door &door, const Situation &situation);
    ~Interruption();
    Interruption(const Interruption &) = delete;

    // Finds the way into the state and traces the call there. False if `reached` never counted.
    bool find();
    const stepper::Trace &trace() const
    {
        return *_trace;
    }

    // Where the suite interrupts it.
    std::vector<short_form::Stop> stops(const short_form::Plan &plan) const;

    // The three parts of one run.
    void prepare();
    stepper::Outcome step(size_t index, stepper::Inject inject, void *context);
    stepper::Outcome step_by_flag(size_t index, stepper::Inject inject, void *context);
    void request(size_t index, stepper::Inject inject, void *context);
    void step_here();     // the same on the calling thread, as requested, without a result
    void record();        // instead of step: traces the call
    // The same of a call that is disturbed on the way, and has a trace of its own.
    void record_disturbed(const stepper::Disturbance &before, stepper::Trace &into);
    stepper::Outcome step_disturbed(const stepper::Disturbance &before,
                                    const stepper::Trace &trace, size_t index,
                                    stepper::Inject inject, void *context);
    std::string settle(); // frees everything; "" if all bytes, addresses and counters are right
    // All three: "" if the boundary was reached and everything is right afterwards.
    std::string run(size_t index, stepper::Inject inject, void *context);
    void free_all();      // the part of it that frees, for calls that were abandoned
    std::string complaints() const; // of the ledgers

    // What a handler may use: objects of the same bucket and of another, allocated in prepare().
    Ledger older, older_other;
    Ledger nested;  // empty
    Ledger own;     // of the call itself
    Ledger foreign; // empty: for objects of other threads
    size_t other_size() const
    {
        return _situation.size == 128 ? 64 : 128;
    }
    const Situation &situation() const
    {
        return _situation;
    }
    const Door &door() const
    {
        return _door;
    }

    // What a call of the situation's own works on, and what it has allocated.
    void *pointer = nullptr;
    void *result = nullptr;

    Hook before_preparing = nullptr;          // the first of prepare()
    Hook before_counting = nullptr;           // in settle(), when everything was freed
    std::string describe(size_t index) const; // of the boundary

  private:
    static void call(void *self);
    void prepare_objects();
    void perform();
    bool count_steps();
    void perform_once();
    stepper::Outcome step_as_requested();
    bool on_thread(void (*body)(Interruption *));
    void keep_result();

    const Door &_door;
    const Situation _situation;
    stepper::Trace *_trace; // shared with forked children
    size_t _steps = 0;      // operations before the one that is interrupted
    Object _victim = {};
    void (*_body)(Interruption *) = nullptr; // of the thread that is being run
    struct
    {
        size_t index;
        stepper::Inject inject;
        void *context;
        bool by_flag;
        stepper::Disturbance before;
        const stepper::Trace *trace;
        stepper::Outcome outcome;
    } _request = {};
    stepper::Trace *_into = nullptr; // of the call that is being recorded
};

// What a nested handler does, one letter each: a allocate and keep, f free an older object if there
// is one, r free the first one it kept, A F the same in another bucket, x free an older object of
// another thread's if there is one, t trim, d drain, s stats, p allocate and free a page, P more of
// them than a block has.
struct Script
{
    const char *name;
    std::string steps;
};
const std::vector<Script> &all_scripts();
void play(Interruption &interruption, const std::string &steps);

struct Interrupter
{
    const char *name;
    std::function<void(Interruption &)> act;
};

// Interrupts the call at every boundary, in the short form, by these handlers. "" if every run settled and
// says_more() had nothing to say after any.
std::string interrupt_everywhere(Interruption &interruption, uint32_t passes, const std::vector<Interrupter> &handlers,
                                 std::string (*says_more)() = nullptr);
std::string interrupt_everywhere(Interruption &interruption, const std::vector<Script> &scripts);

#endif
