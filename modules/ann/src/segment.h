// An index in a file: read where it lies.
#pragma once

#include <memory>
#include <string>

#include "huge_array.h"
#include "index_view.h"
#include "mapped_file.h"
#include "segment_format.h"

namespace lake::ann {

class Segment {
 public:
  /// Errors: those of Index::Open.
  static Result<std::shared_ptr<const Segment>> Open(const Kernels& kernels, const std::string& path,
                                                     Residence residence);
  const IndexView& view() const { return view_; }
  const SegmentHeader& header() const { return header_; }

 private:
  Segment(const Kernels& kernels, MappedFile file, const SegmentHeader& header, Residence residence);
  IndexView MakeView() const;
  /// The bytes of a section, where they are read.
  const char* Begin(SectionKind kind) const;
  template <class T>
  const T* At(SectionKind kind) const {
    return reinterpret_cast<const T*>(Begin(kind));
  }

  MappedFile file_;
  SegmentHeader header_;
  HugeArray<char> copied_;  ///< The sections from the graph to the high halves; empty when they are mapped.
  CodeSpace space_;
  IndexView view_;
};

/// Writes the file of an index to `sink`.
Status WriteSegment(const IndexView& view, const Index::ByteSink& sink);

/// Compares the checksums of all sections with those in `header`. Errors: data_loss/segment_damaged; those of
/// `cancel`.
Status VerifySections(const IndexView& view, const SegmentHeader& header, const CancelToken& cancel);

}  // namespace lake::ann
