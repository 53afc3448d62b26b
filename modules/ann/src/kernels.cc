#include "lake/ann/kernels.h"

#include "kernel_sets.h"
#include "lake/common/check.h"

namespace lake::ann {
namespace {

bool IsAvailable(Target target) {
#ifdef __x86_64__
  switch (target) {
    case Target::kScalar:
      return true;
    case Target::kAvx2:
      return __builtin_cpu_supports("avx2");
    case Target::kAvx512Vnni:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vnni");
    case Target::kAmxInt8:
      return IsAvailable(Target::kAvx512Vnni) && AmxInt8IsAvailable();
  }
#endif
  return target == Target::kScalar;
}

}  // namespace

std::string_view TargetName(Target target) {
  switch (target) {
    case Target::kScalar:
      return "scalar";
    case Target::kAvx2:
      return "avx2";
    case Target::kAvx512Vnni:
      return "avx512_vnni";
    case Target::kAmxInt8:
      return "amx_int8";
  }
  return "?";
}

std::vector<Target> AvailableTargets() {
  std::vector<Target> available;
  for (const Target target : {Target::kScalar, Target::kAvx2, Target::kAvx512Vnni, Target::kAmxInt8})
    if (IsAvailable(target)) available.push_back(target);
  return available;
}

const Kernels& KernelsFor(Target target) {
  LAKE_CHECK(IsAvailable(target));
#ifdef __x86_64__
  static const Kernels kAmxInt8Kernels = AmxInt8Kernels();
  if (target == Target::kAmxInt8) return kAmxInt8Kernels;
  if (target == Target::kAvx512Vnni) return kAvx512VnniKernels;
  if (target == Target::kAvx2) return kAvx2Kernels;
#endif
  return kScalarKernels;
}

const Kernels& BestKernels() {
  static const Kernels& best = KernelsFor(AvailableTargets().back());
  return best;
}

}  // namespace lake::ann
