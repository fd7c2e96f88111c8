// user/ is what runs in ring 3: init, the tour, and small programs that show one thing each. user/lib/ is all
// they stand on: a start-up, Linux's system calls under Linux's names, a little string and printing code. No
// libc: a program is some 10 KB, asks the kernel for nothing that its source does not show, and runs on any
// Linux that runs i386 programs as well. A call returns what the kernel returns: a value, or a negative error
// number. The flags of clone() and the error numbers come from invariants/, which the kernel and the prover
// read too.
#pragma once
#include "abi.hpp"
#include "files.hpp"
#include "memory.hpp"
#include "names.hpp"
#include "print.hpp"
#include "process.hpp"
#include "string.hpp"
#include "system.hpp"
