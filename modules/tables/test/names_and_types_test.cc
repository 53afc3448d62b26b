// Goal: what people may call datasets, columns and types is exactly what is documented, since types go into
// trusted SQL. Method: matrices of good and bad texts.
#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/tables/column_type.h"
#include "lake/tables/dataset_service.h"

namespace lake::tables {
namespace {

TEST(ColumnTypeTest, KnownTypesBecomeCanonical) {
  const std::pair<const char*, const char*> good[] = {{"bigint", "BIGINT"},
                                                      {" int ", "INTEGER"},
                                                      {"text", "VARCHAR"},
                                                      {"timestamptz", "TIMESTAMP WITH TIME ZONE"},
                                                      {"decimal(18, 2)", "DECIMAL(18,2)"},
                                                      {"NUMERIC(1,0)", "DECIMAL(1,0)"},
                                                      {"varchar[]", "VARCHAR[]"},
                                                      {"decimal(38,38)[][]", "DECIMAL(38,38)[][]"}};
  for (const auto& [text, canonical] : good)
    EXPECT_THAT(ParseColumnType(text), HasValue(std::string(canonical)));
}

TEST(ColumnTypeTest, EverythingElseIsRefused) {
  for (const char* text : {"", "[]", "BIGNT", "DECIMAL", "DECIMAL(0,0)", "DECIMAL(39,2)", "DECIMAL(4,5)",
                           "DECIMAL(4)", "DECIMAL(4,2", "DECIMAL(4,2))", "BIGINT) FROM x --", "ENUM('a')",
                           "STRUCT(a INT)", "BIGINT[3]", "BIGINT[][][][][]"})
    EXPECT_THAT(ParseColumnType(text), IsError(ErrorCode::kInvalidArgument, "bad_column_type")) << text;
}

TEST(NamesTest, DatasetNames) {
  for (const char* name : {"a", "people", "People-2026.v1", "0", "a__rejects"})
    LAKE_EXPECT_OK(CheckDatasetName(name));
  for (const std::string& name :
       {std::string(), std::string("_a"), std::string(".."), std::string("a/b"), std::string("a b"),
        std::string("system"), std::string("SYSTEM"), std::string("caf\xc3\xa9"), std::string(256, 'a')})
    EXPECT_THAT(CheckDatasetName(name), IsError(ErrorCode::kInvalidArgument, "bad_dataset_name")) << name;
}

TEST(NamesTest, ColumnNames) {
  for (const char* name : {"a", "Größe in cm", "a\"b", "1"}) LAKE_EXPECT_OK(CheckColumnName(name));
  for (const std::string& name :
       {std::string(), std::string("a\nb"), std::string("\x7f"), std::string(256, 'a')})
    EXPECT_THAT(CheckColumnName(name), IsError(ErrorCode::kInvalidArgument, "bad_column_name")) << name;
}

}  // namespace
}  // namespace lake::tables
