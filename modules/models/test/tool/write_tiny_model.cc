// lake_tiny_model FILE: writes a model file with weights by chance that holds conversations, for tests that
// run other programs with it.
#include <cstdio>

#include "../tiny_model.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: lake_tiny_model FILE\n", stderr);
    return 2;
  }
  lake::models::TinyModel::Write(argv[1], lake::models::TinyModel::Kind::kChats);
  return 0;
}
