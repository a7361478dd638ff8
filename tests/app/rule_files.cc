#include "tests/app/rule_files.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "base/uuid.h"
#include "rules/schema/load.h"
#include "rules/text/diagnostic.h"

namespace riposte::test {

schema::SchemaPtr ShippedSchema() {
  text::Diagnostics diagnostics;
  const schema::SchemaPtr schema = schema::LoadSchema({}, diagnostics);
  RIPOSTE_CHECK(schema != nullptr, "the profiles that ship are broken");
  return schema;
}

std::string RuleFile(std::string_view program, std::string_view remediation,
                     std::string_view tests) {
  const Uuid id = *Uuid::Parse("0b6d1a52-6e0c-4c1e-9c51-2f5d6a9f3c10");
  return fmt::format(
      "id: {}\nname: Start of {}\nseverity: high\nquery: |\n  type: PROCESS and process.name: "
      "`{}`\ntrigger:\n  single_match: {{}}\n{}{}",
      Uuid::V5(id, program).ToString(), program, program, remediation, tests);
}

std::string ProcessEvent(std::string_view program, int id, Time time) {
  const std::string folder = fmt::format(R"(C:\\temp{})", id);
  return fmt::format(
      R"({{"type":"PROCESS","id":"E{}","dateTime":"{}","asset":{{"agentId":"A1","hostName":"PC-1"}},)"
      R"("process":{{"processName":"{}","pid":{},"processFile":{{"path":"{}",)"
      R"("fullPath":"{}\\{}","sha256":"{:064x}"}}}}}})",
      id, FormatTime(time), program, 4000 + id, folder, folder, program, id);
}

void ReplaceFile(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new~";
  {
    std::ofstream out(beside, std::ios::binary);
    out << bytes;
  }
  std::filesystem::rename(beside, path);
}

}  // namespace riposte::test
