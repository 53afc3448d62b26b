// The Arrow C data and stream interfaces: three plain structs with a fixed ABI, declared by the Arrow
// specification for exactly this use. The only third-party types in our public headers.
#pragma once

struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;
