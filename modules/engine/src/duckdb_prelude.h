// Include this before anything else in a file that includes DuckDB's headers. clang in C++23 mode rejects
// them with libstdc++ 12, whose unique_ptr is constexpr there and so demands complete types that DuckDB only
// declares.
#pragma once

#if defined(__clang__)
#include <bits/c++config.h>
#undef _GLIBCXX23_CONSTEXPR
#define _GLIBCXX23_CONSTEXPR
#endif
