#include "lake/ann/code.h"

namespace lake::ann {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kInt4:
      return "int4";
    case Code::kInt8:
      return "int8";
    case Code::kF32:
      return "f32";
  }
  return "?";
}

}  // namespace lake::ann
