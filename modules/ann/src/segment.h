// An index in a file: read where it lies.
#pragma once

#include <memory>
#include <string>

#include "index_view.h"
#include "mapped_file.h"
#include "segment_format.h"

namespace lake::ann {

class Segment {
 public:
  /// Errors: those of Index::Open.
  static Result<std::shared_ptr<const Segment>> Open(const Kernels& kernels, const std::string& path);
  const IndexView& view() const { return view_; }
  const SegmentHeader& header() const { return header_; }

 private:
  Segment(const Kernels& kernels, MappedFile file, const SegmentHeader& header);
  IndexView MakeView() const;
  template <class T>
  const T* At(SectionKind kind) const {
    return reinterpret_cast<const T*>(file_.bytes().data() +
                                      header_.sections[static_cast<size_t>(kind) - 1].offset);
  }

  MappedFile file_;
  SegmentHeader header_;
  CodeSpace space_;
  IndexView view_;
};

/// Writes the file of an index to `sink`.
Status WriteSegment(const IndexView& view, const Index::ByteSink& sink);

/// Compares the checksums of all sections with those in `header`. Errors: data_loss/segment_damaged; those of
/// `cancel`.
Status VerifySections(const IndexView& view, const SegmentHeader& header, const CancelToken& cancel);

}  // namespace lake::ann
